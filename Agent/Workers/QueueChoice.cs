using ApeTest.Runs.Queue;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Agent.Workers;

/// <summary>The run queue of a worker that runs as a process of its own, from <c>APETEST_QUEUE</c>.</summary>
internal static class QueueChoice
{
    /// <summary>Opens the queue. What cannot serve a separate process throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static IRunQueue Open(string? queue) => throw new ApeTestException(
        queue switch
        {
            null or "" => $"An agent of its own takes its runs from {EnvironmentNames.Queue}, which is not set.",
            "memory" => $"{EnvironmentNames.Queue}=memory lives inside one process: a separate agent would never see a run in it.",
            _ => $"{EnvironmentNames.Queue} names a database, and this version has no PostgreSQL queue yet.",
        },
        "Separate workers need a PostgreSQL connection string there, which a later version reads. Until then `ape-test start` runs its agents itself.",
        ExitCodes.Input);
}
