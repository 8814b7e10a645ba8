using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace ApeTest.Runs.Summaries;

/// <summary>What the search for the breakpoint has found. Levels are agents, or sessions that start in a second.</summary>
/// <param name="Outcome">
/// <c>found</c>; <c>held</c>: every level up to the highest did; <c>generator</c>: the generator could not make the load; <c>unfinished</c>: the run
/// ended before; <c>searching</c>.
/// </param>
/// <param name="Unit"><c>agents</c> or <c>sessions_per_s</c>.</param>
/// <param name="LastGood">Highest level that held; null: none did.</param>
/// <param name="FirstBroken">Lowest level that broke; null: none did.</param>
/// <param name="Threshold">What broke there; null while nothing did.</param>
/// <param name="Reason">Why the generator could not make the load; null where it could.</param>
/// <param name="Levels">What was tried, in order, at most 200.</param>
public sealed record BreakpointSummary(string Outcome, string Unit, double? LastGood, double? FirstBroken, BreakpointThreshold? Threshold,
    string? Reason, ImmutableArray<BreakpointLevel> Levels)
{
    /// <summary>Whether there is an answer.</summary>
    [JsonIgnore]
    public bool IsAnswered => Outcome is "found" or "held";
}

/// <summary>A threshold that a level broke.</summary>
/// <param name="Name">Metric.</param>
/// <param name="Expr">Condition as written.</param>
/// <param name="Value">Its value over the level; null where nothing was measured, as where nothing answered.</param>
public sealed record BreakpointThreshold(string Name, string Expr, double? Value);

/// <summary>A level that was tried.</summary>
/// <param name="Level">Agents, or sessions a second.</param>
/// <param name="AtS">End of it, since the run's start.</param>
/// <param name="Verdict"><c>held</c>, <c>broken</c>, or <c>generator</c>: it says nothing of the target.</param>
/// <param name="SessionsPerS">Sessions started a second.</param>
/// <param name="RequestsPerS">Actions a second.</param>
/// <param name="Threshold">What broke; null: nothing did.</param>
public sealed record BreakpointLevel(double Level, double AtS, string Verdict, double SessionsPerS, double RequestsPerS, BreakpointThreshold? Threshold);
