using ApeTest.Agent;
using ApeTest.Agent.Journeys;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Cli.Execution;

/// <summary>Does a scenario's <c>teardown</c>, after the load and within a limit. The run itself is over, and its result stands.</summary>
internal static class RunTeardown
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <summary>Returns what went wrong; null for nothing.</summary>
    public static async Task<ApeTestException?> EndAsync(RunPlan plan, AgentOptions options, TimeProvider time)
    {
        using var limit = new CancellationTokenSource(Longest, time);
        try
        {
            await RunSetup.EndAsync(plan, options, time, limit.Token);
            return null;
        }
        catch (ApeTestException exception)
        {
            return exception;
        }
        catch (OperationCanceledException)
        {
            return new ApeTestException($"the scenario's `teardown` was given up after {Durations.Format(Longest)}", "What it should remove may still be there.", ExitCodes.Partial);
        }
    }
}
