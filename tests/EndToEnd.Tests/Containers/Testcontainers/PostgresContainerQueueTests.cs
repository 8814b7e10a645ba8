using ApeTest.Runs.Queue;
using ApeTest.Runs.Tests.Queue;

namespace ApeTest.EndToEnd.Tests.Containers.Testcontainers;

/// <summary>The queue's contract on the PostgreSQL that the stack ships (tests/Runs.Tests has it on the machine's own).</summary>
public sealed class PostgresContainerQueueTests(PostgresContainer server) : RunQueueContract, IClassFixture<PostgresContainer>, IAsyncLifetime
{
    private QueueOnPostgres? _queue;

    protected override IRunQueue Queue => _queue!.Queue;

    public async ValueTask InitializeAsync() => _queue = await QueueOnPostgres.StartAsync(await server.CreateDatabaseAsync(Cancellation), Cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_queue is not null)
        {
            await _queue.DisposeAsync();
        }
    }

    protected override Task AdvanceAsync(TimeSpan by) => _queue!.AdvanceAsync(by, Cancellation);
}
