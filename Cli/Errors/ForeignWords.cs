namespace ApeTest.Cli.Errors;

/// <summary>Words of k6, Locust, docker compose and their like for what a command or an option is called here. Nothing in their letters leads there.</summary>
internal static class ForeignWords
{
    private static readonly Dictionary<string, string> Commands = new(StringComparer.Ordinal)
    {
        ["run"] = "start",
        ["up"] = "start",
        ["test"] = "start",
        ["new"] = "init",
        ["ls"] = "runs",
        ["ps"] = "runs",
        ["list"] = "runs",
        ["history"] = "runs",
        ["kill"] = "stop",
        ["down"] = "cleanup",
        ["ui"] = "dashboard",
        ["web"] = "dashboard",
        ["diff"] = "compare",
        ["lint"] = "validate",
        ["inspect"] = "validate",
    };

    private static readonly Dictionary<string, string> Options = new(StringComparer.Ordinal)
    {
        ["--vus"] = "--agents",
        ["--users"] = "--agents",
        ["-u"] = "--agents",
        ["--run-time"] = "--duration",
        ["-t"] = "--duration",
        ["-d"] = "--duration",
        ["--host"] = "--target",
        ["--url"] = "--target",
        ["--rps"] = "--rate",
        ["--output"] = "--out",
        ["-o"] = "--out",
    };

    /// <summary>The command that is meant; null where the word is nobody's.</summary>
    public static string? Command(string word) => Commands.GetValueOrDefault(word);

    /// <summary>The option that is meant, one of <paramref name="candidates"/>; null where the word is nobody's.</summary>
    public static string? Option(string word, IEnumerable<string> candidates) => Options.GetValueOrDefault(word) is { } meant && candidates.Contains(meant) ? meant : null;
}
