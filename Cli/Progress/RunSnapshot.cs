using ApeTest.Runs.Control;
using ApeTest.Runs.Summaries;

namespace ApeTest.Cli.Progress;

/// <summary>What a running run looks like at one moment.</summary>
/// <param name="Progress">Live figures.</param>
/// <param name="Summary">The summary so far: parts of MTBA, operations. Null before the first report.</param>
/// <param name="Stopping">What a signal set in motion, in words; null before one.</param>
internal sealed record RunSnapshot(RunProgress Progress, RunSummary? Summary, string? Stopping = null);
