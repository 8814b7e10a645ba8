using System.Globalization;
using ApeTest.Cli.Embedded;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Cli.Execution.Workers;

/// <summary>So many worker processes on this machine, on the PostgreSQL server that <c>APETEST_QUEUE</c> names.</summary>
/// <param name="Count">How many.</param>
/// <param name="Queue">The variable's value.</param>
internal sealed record WorkerRequest(int Count, string Queue)
{
    /// <summary>Most worker processes on one machine.</summary>
    public const int Most = 256;

    /// <summary>Reads <c>--workers</c>; null where it was not given. What is no such number throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static int? Parse(string? text) => text is null ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count is > 0 and <= Most ? count
        : throw new ApeTestException($"--workers '{text}' is no whole number from 1 to {Most}", "One for every two cores or so; each takes a share of the agents.", ExitCodes.Input);

    /// <summary>Workers on this machine. Without a PostgreSQL server <see cref="ApeTestException"/> (exit 2).</summary>
    public static WorkerRequest Local(int count, CliEnvironment environment)
    {
        var queue = environment.Variables.GetValueOrDefault(EnvironmentNames.Queue);
        if (queue is null or "" or "memory")
        {
            throw new ApeTestException($"--workers {count} needs a PostgreSQL server, through which the processes share the run: {EnvironmentNames.Queue} {(queue is "memory" ? "is memory, which lives inside one process" : "is not set")}",
                $"""
                Name one: export {EnvironmentNames.Queue}=postgres://USER:PASSWORD@127.0.0.1:5432/DATABASE
                None at hand: docker run -d -p 127.0.0.1:5432:5432 -e POSTGRES_PASSWORD=... postgres; or leave --workers out: the agents run in this process then.
                """, ExitCodes.Input);
        }
        QueueConnection.Parse(queue);
        return new WorkerRequest(count, queue);
    }

    /// <summary>Opens the queue, and makes the host of gateway, proxy and collector for it, with a token in <paramref name="tokenFile"/>. A server that does not answer: <see cref="ApeTestException"/> (exit 3).</summary>
    public async Task<EmbeddedHost> OpenAsync(CliEnvironment environment, RunDirectory directory, string tokenFile, CancellationToken cancellationToken)
    {
        var token = RunDirectory.WriteToken(tokenFile);
        var queue = await PostgresRunQueue.OpenAsync(QueueConnection.Parse(Queue), token, environment.Time, logger: null, cancellationToken);
        return new EmbeddedHost(environment, directory, queue, token);
    }
}
