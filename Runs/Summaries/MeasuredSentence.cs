namespace ApeTest.Runs.Summaries;

/// <summary>The last line of the summary: what was measured, with its share of MTBA, and what to change.</summary>
internal static class MeasuredSentence
{
    // Code is compiled when it first runs, which takes seconds of a run.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(10);

    /// <summary>The largest part; null where nothing was measured.</summary>
    public static string? Dominant(MtbaParts parts)
    {
        var (name, seconds) = Largest(parts).First();
        return seconds is > 0 ? name : null;
    }

    public static string Of(MtbaSummary mtba, IReadOnlyList<string> suspect, TimeSpan duration)
    {
        if (mtba.Dominant is null || mtba.Mean is not > 0)
        {
            return $"nothing: no session made two actions; run longer, or see the errors{(suspect.Count > 0 ? $" ({suspect[0]})" : "")}";
        }
        if (suspect.Count > 0)
        {
            return $"the generator: {suspect[0]}; {(duration < Short ? "run longer: a short run measures its own start" : "use fewer --agents or more --think time")}";
        }

        var shares = Largest(mtba.Parts)
            .Where(part => part.Seconds > 0)
            .Select(part => (part.Name, Percent: Math.Round(part.Seconds!.Value / mtba.Mean.Value * 100)))
            .Where(part => part.Percent >= 1)
            .Take(3)
            .Select((part, i) => i == 0 ? $"{part.Percent} % of MTBA is {Words(part.Name)}" : $"{part.Percent} % {part.Name}");
        var (subject, advice) = mtba.Dominant switch
        {
            "think" => ("the users' think time", "raise --agents, or lower --think, to load the target more"),
            "model" => ("the model", "a faster model, or a journey without one, loads the target more"),
            "target" => ("the target", "its slowest operations come first"),
            "gateway" => ("the gateway", "look for injected latency and retries, or use gateway: in-process"),
            _ => ("the generator", "use fewer --agents or more --think time"),
        };
        return $"{subject}: {string.Join(", ", shares)}; {advice}";
    }

    private static IEnumerable<(string Name, double? Seconds)> Largest(MtbaParts parts) => new (string Name, double? Seconds)[]
    {
        ("think", parts.Think), ("model", parts.Model), ("gateway", parts.Gateway), ("target", parts.Target),
        ("harness", parts.Harness), ("unaccounted", parts.Unaccounted),
    }.OrderByDescending(part => part.Seconds ?? 0);

    private static string Words(string part) => part is "unaccounted" ? "unaccounted for" : $"{part} time";
}
