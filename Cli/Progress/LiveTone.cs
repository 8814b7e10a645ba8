namespace ApeTest.Cli.Progress;

/// <summary>How a piece of the live view looks, as parameters of ECMA-48's SGR. Each meaning is in the text too: colour is never all there is.</summary>
internal static class LiveTone
{
    public const string Good = "32";
    public const string Bad = "31";
    public const string Warn = "33";
    public const string Strong = "1";
    public const string Dim = "2";
    public const string Line = "36";

    /// <summary>Colours of the parts of MTBA: think, model, gateway, target, the rest.</summary>
    public static IReadOnlyList<string> Parts { get; } = ["34", "35", "33", "36", "90"];
}
