using ApeTest.Runs.Queue;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Queue;

/// <summary>The contract on a real server.</summary>
public sealed class PostgresRunQueueTests : RunQueueContract, IAsyncLifetime
{
    private QueueOnPostgres? _queue;

    protected override IRunQueue Queue => _queue!.Queue;

    public async ValueTask InitializeAsync() => _queue = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_queue is not null)
        {
            await _queue.DisposeAsync();
        }
    }

    protected override Task AdvanceAsync(TimeSpan by) => _queue!.AdvanceAsync(by, Cancellation);
}
