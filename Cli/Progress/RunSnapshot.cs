using ApeTest.Runs.Control;

namespace ApeTest.Cli.Progress;

/// <summary>What a running run looks like at one moment.</summary>
/// <param name="Progress">Live figures.</param>
/// <param name="Stopping">What a signal or a key set in motion, in words; null before one.</param>
internal sealed record RunSnapshot(RunProgress Progress, string? Stopping = null);
