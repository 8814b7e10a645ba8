using System.Globalization;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Summaries;

/// <summary>
/// The last line of the summary: what was measured, with its share of the time between actions (of journeys: without think time), and
/// what to change.
/// </summary>
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

    /// <summary>The sentence.</summary>
    /// <param name="mtba">Time between actions.</param>
    /// <param name="metrics">The run's figures.</param>
    /// <param name="suspect">Why the generator is suspected.</param>
    /// <param name="duration">How long the run went on.</param>
    public static string Of(MtbaSummary mtba, MetricsDelta metrics, IReadOnlyList<string> suspect, TimeSpan duration)
    {
        // A journey of one step has no time between actions, and yet there are answers to speak of.
        var isJourney = metrics.Actions.Total > 0 && metrics.Llm.ByModel.Count == 0;
        if ((mtba.Dominant is null || mtba.Mean is not > 0) && !isJourney)
        {
            return $"nothing: no session made two actions; run longer, or see the errors{(suspect.Count > 0 ? $" ({suspect[0]})" : "")}";
        }
        if (suspect.Count > 0)
        {
            return $"the generator: {suspect[0]}; {(duration < Short ? "run longer: a short run measures its own start" : "use fewer --agents or more --think time")}";
        }
        if (isJourney)
        {
            return OfJourney(mtba, metrics.Actions);
        }

        var (subject, advice) = mtba.Dominant switch
        {
            "think" => ("the users' think time", "raise --agents, or lower --think, to load the target more"),
            "model" => ("the model", "a faster model, or a journey without one, loads the target more"),
            _ => Subject(mtba.Dominant),
        };
        return $"{subject}: {Shares(Largest(mtba.Parts), mtba.Mean!.Value, "MTBA")}; {advice}";
    }

    /// <summary>Without a model, think time is what the user asked for and no finding: what is left is the target's and the generator's.</summary>
    private static string OfJourney(MtbaSummary mtba, ActionMetrics actions)
    {
        var parts = Largest(mtba.Parts with { Think = null }).Where(part => part.Seconds > 0).ToList();
        var active = parts.Sum(part => part.Seconds ?? 0);
        if (active <= 0)
        {
            var duration = Distribution.OfSeconds(actions.Duration);
            return string.Create(CultureInfo.InvariantCulture,
                $"the target: {actions.Total} requests, half of them within {duration.P50 * 1000:0.0} ms and 99 % within {duration.P99 * 1000:0.0} ms; its slowest operations come first");
        }
        var (subject, advice) = Subject(parts[0].Name);
        return $"{subject}: {Shares(parts, active, "the time without think")}; {advice}";
    }

    private static (string Subject, string Advice) Subject(string? part) => part switch
    {
        "target" => ("the target", "its slowest operations come first"),
        "gateway" => ("the gateway", "look for injected latency and retries, or use gateway: in-process"),
        _ => ("the generator", "use fewer --agents or more --think time"),
    };

    private static string Shares(IEnumerable<(string Name, double? Seconds)> parts, double whole, string of) => string.Join(", ", parts
        .Where(part => part.Seconds > 0)
        .Select(part => (part.Name, Percent: Math.Round(part.Seconds!.Value / whole * 100)))
        .Where(part => part.Percent >= 1)
        .Take(3)
        .Select((part, i) => i == 0 ? $"{part.Percent} % of {of} is {Words(part.Name)}" : $"{part.Percent} % {part.Name}"));

    private static IEnumerable<(string Name, double? Seconds)> Largest(MtbaParts parts) => parts.Named().OrderByDescending(part => part.Seconds ?? 0);

    private static string Words(string part) => part is "unaccounted" ? "unaccounted for" : $"{part} time";
}
