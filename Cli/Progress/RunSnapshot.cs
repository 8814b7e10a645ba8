using ApeTest.Runs.Control;
using ApeTest.Runs.Summaries;

namespace ApeTest.Cli.Progress;

/// <summary>What a running run looks like at one moment.</summary>
/// <param name="Progress">Live figures.</param>
/// <param name="Summary">The summary so far: parts of MTBA, operations. Null before the first report.</param>
internal sealed record RunSnapshot(RunProgress Progress, RunSummary? Summary);
