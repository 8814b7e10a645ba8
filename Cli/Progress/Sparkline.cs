namespace ApeTest.Cli.Progress;

/// <summary>Figures as a row of bars, the newest on the right.</summary>
internal static class Sparkline
{
    private const string Bars = "▁▂▃▄▅▆▇█";

    /// <summary>The last <paramref name="width"/> figures from 0 to the largest of them, or to <paramref name="most"/>; a space where nothing was measured.</summary>
    public static string Of(IReadOnlyList<double?> values, int width, double? most = null)
    {
        var shown = values.Skip(Math.Max(0, values.Count - width)).ToList();
        var top = most ?? shown.Max() ?? 0;
        return string.Concat(shown.Select(value => value is not { } figure ? ' ' : top <= 0 ? Bars[0]
            : Bars[Math.Clamp((int)Math.Round(figure / top * (Bars.Length - 1)), 0, Bars.Length - 1)]));
    }
}
