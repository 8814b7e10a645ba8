using System.Collections.Immutable;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.Reports;

/// <summary>A summary of nothing, for a run that left none that can be read: a report says what else there is.</summary>
internal static class EmptySummary
{
    private static readonly Distribution Nothing = new(0, null, null, null, null, null, null);

    public static RunSummary Of(RunDirectory directory, RunStatus status) => new()
    {
        Run = new RunFacts(directory.Run, status.File?.Scenario ?? "unknown", status.Status, status.File?.Started,
            Math.Max(0, (status.File?.Heartbeat - status.File?.Started)?.TotalSeconds ?? 0), 0, status.File?.Agents ?? 0, 0, "unknown", "unknown", "unknown", "", null, [], []),
        Sessions = new SessionSummary(0, 0, 0, 0, 0, 0, null, null, ImmutableSortedDictionary<string, long>.Empty,
            ImmutableSortedDictionary<string, double?>.Empty, Nothing, Nothing, []),
        Mtba = new MtbaSummary(0, null, null, null, null, null, null, Nothing, new MtbaParts(null, null, null, null, null, null), null),
        Ttft = Nothing,
        Llm = new LlmSummary(0, 0, Nothing, Nothing, 0, 0, []),
        Actions = new ActionSummary(0, 0, 0, Nothing),
        Http = [],
        Groups = [],
        Load = new LoadSummary("unknown", 0, 0, Nothing),
        Tokens = new TokenSummary(0, 0, false),
        CostUsd = 0,
        Thresholds = [],
        Errors = [],
        Slowest = [],
        Generator = new GeneratorSummary(null, null, null, null, null, 0, false),
        Measured = "nothing that could be read",
    };
}
