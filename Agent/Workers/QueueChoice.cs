using ApeTest.Runs.Queue.Postgres;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Agent.Workers;

/// <summary>The run queue of a worker that runs as a process of its own, from <c>APETEST_QUEUE</c>.</summary>
internal static class QueueChoice
{
    /// <summary>Reads the variable. What cannot serve a separate process throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static QueueConnection Parse(string? queue) => queue switch
    {
        null or "" => throw Refused($"An agent of its own takes its runs from {EnvironmentNames.Queue}, which is not set."),
        "memory" => throw Refused($"{EnvironmentNames.Queue}=memory lives inside one process: a separate agent would never see a run in it."),
        _ => QueueConnection.Parse(queue),
    };

    private static ApeTestException Refused(string problem) => new(problem,
        "Separate workers need a PostgreSQL server there, such as postgres://user@127.0.0.1:5432/apetest?password_file=FILE; docs/distributed.md says how to get one.", ExitCodes.Input);
}
