using ApeTest.Runs.Control;

namespace ApeTest.Cli.Progress;

/// <summary>The bars of the live view: how much is done, and what the time between actions is made of.</summary>
internal static class LiveBars
{
    private const int MostWidth = 100;
    private const int DoneWidth = 30;
    private const int RoomyWidth = 105;

    // Told apart without colour too.
    private const string PartMarks = "█▓▒░·";

    /// <summary>How much of the run is done, what is left, and what it has cost of its budget.</summary>
    public static LiveLine Done(RunProgress progress, int width)
    {
        var share = Share(progress);
        var size = Math.Min(DoneWidth, width / 4);
        var line = new LiveLine();
        if (share is { } done)
        {
            var full = (int)Math.Round(done * size);
            line.Add(new string('█', full), LiveTone.Good).Add(new string('░', size - full), LiveTone.Dim).Add($" {Math.Floor(done * 100):0} %  ");
        }
        if (RunPhase.Of(progress) is { } phase)
        {
            line.Add(phase, progress.Draining ? LiveTone.Warn : null);
        }
        var cost = Cost(progress);
        return line.To(width - cost.Length).Add(cost);
    }

    /// <summary>The parts of MTBA: a bar, and what each piece of it is.</summary>
    public static IEnumerable<LiveLine> Parts(RunProgress progress, int indent, int width)
    {
        var bar = new LiveLine().Add(new string(' ', indent));
        var legend = new LiveLine().Add(new string(' ', indent));
        if (progress.MtbaParts is not { } parts)
        {
            yield return bar.Add(Show.Nothing);
            yield break;
        }
        var size = Math.Clamp(width - indent, 1, MostWidth);
        var values = new (string Name, double Seconds)[]
        {
            ("think", parts.Think ?? 0), ("model", parts.Model ?? 0), ("gateway", parts.Gateway ?? 0), ("target", parts.Target ?? 0),
            ("other", (parts.Harness ?? 0) + (parts.Unaccounted ?? 0)),
        };
        var whole = values.Sum(static value => value.Seconds);
        double until = 0;
        var drawn = 0;
        for (var i = 0; i < values.Length; i++)
        {
            until += values[i].Seconds;
            // From the sums, so that the pieces fill the bar exactly.
            var end = whole <= 0 ? 0 : (int)Math.Round(until / whole * size);
            bar.Add(new string(PartMarks[i], Math.Max(0, end - drawn)), LiveTone.Parts[i]);
            drawn = end;
            legend.Add(PartMarks[i].ToString(), LiveTone.Parts[i]).Add($" {values[i].Name} {Of(values[i].Seconds)} ");
        }
        yield return bar;
        yield return legend;

        string Of(double seconds)
        {
            var share = whole <= 0 ? Show.Nothing : $"{Math.Round(seconds / whole * 100):0} %";
            return width < RoomyWidth ? share : $"{Show.Seconds(seconds)} {share} ";
        }
    }

    private static double? Share(RunProgress progress)
    {
        var byTime = progress.DurationS is > 0 and var duration ? progress.ElapsedS / duration : (double?)null;
        var byCount = progress.Iterations is > 0 and var iterations ? (double)progress.SessionsEnded / iterations : (double?)null;
        return byTime is null && byCount is null ? null : Math.Clamp(Math.Max(byTime ?? 0, byCount ?? 0), 0, 1);
    }

    private static string Cost(RunProgress progress)
    {
        var cost = progress.MaxCostUsd is { } most ? $"{Show.Dollars(progress.CostUsd)} of {Show.Dollars(most)}" : Show.Dollars(progress.CostUsd);
        var tokens = progress.MaxTokens is { } limit ? $"{Show.Count(progress.Tokens)} of {Show.Count(limit)} tokens" : $"{Show.Count(progress.Tokens)} tokens";
        return $"{cost}, {tokens}";
    }
}
