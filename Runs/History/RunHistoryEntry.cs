namespace ApeTest.Runs.History;

/// <summary>A run as the history knows it.</summary>
/// <param name="Run">Run id.</param>
/// <param name="Scenario">Scenario name.</param>
/// <param name="Status">Its status: the final one where <paramref name="Finished"/>, else <c>queued</c> or <c>running</c>.</param>
/// <param name="Started">When its first block was claimed; null before.</param>
/// <param name="Agents">Agents as planned.</param>
/// <param name="DurationS">Duration in seconds; null while there is no summary.</param>
/// <param name="Finished">Whether its final summary is kept.</param>
/// <param name="ResolvedScenario">The scenario with all defaults, secrets redacted; null while there is no summary, and in lists.</param>
public sealed record RunHistoryEntry(
    string Run, string Scenario, string Status, DateTimeOffset? Started, int Agents, double? DurationS, bool Finished, string? ResolvedScenario = null);
