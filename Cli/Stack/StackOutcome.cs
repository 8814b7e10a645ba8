using ApeTest.Runs.Summaries;

namespace ApeTest.Cli.Stack;

/// <summary>What came of a run on a stack. Everything was told to the user already.</summary>
/// <param name="ExitCode">Exit code (DESIGN 14.6).</param>
/// <param name="Run">Run id; null where it never was one.</param>
/// <param name="Summary">Its summary; null where it was not waited for, or could not be read.</param>
internal sealed record StackOutcome(int ExitCode, string? Run = null, RunSummary? Summary = null);
