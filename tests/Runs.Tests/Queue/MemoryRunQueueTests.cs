using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Queue;

public sealed class MemoryRunQueueTests : RunQueueContract, IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly MemoryRunQueue _queue;

    public MemoryRunQueueTests() => _queue = new MemoryRunQueue(_time);

    protected override IRunQueue Queue => _queue;

    public void Dispose() => _queue.Dispose();

    [Fact]
    public async Task Watch_LateAfterManyBatches_GetsOneMergedBatchForEachBlock()
    {
        var plan = await SubmitAsync(100);
        await ClaimAsync("w1");
        await ClaimAsync("w1");
        for (var sequence = 1; sequence <= 300; sequence++)
        {
            await Queue.AppendAsync(Batch(plan, 0, sequence: sequence, started: 1, session: SessionOutcome.Failed), Cancellation);
            await Queue.AppendAsync(Batch(plan, 1, sequence: sequence, started: 2), Cancellation);
        }

        await using var states = Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await states.MoveNextAsync());

        var batches = states.Current.Batches;
        Assert.Equal([0, 1], batches.Select(batch => batch.Block));
        Assert.Equal([300, 600], batches.Select(batch => batch.Metrics.Started));
        Assert.Equal(BatchMerge.MaxRecords, batches[0].Sessions.Length);
        Assert.Equal(300 - BatchMerge.MaxRecords, batches[0].Metrics.RecordsDropped);
    }

    [Fact]
    public async Task Watch_LaggingWatcher_KeepsBoundedBatchesAndAllMetrics()
    {
        var plan = await SubmitAsync(50);
        await ClaimAsync("w1");
        await using var states = Queue.WatchAsync(plan.Run, Cancellation).GetAsyncEnumerator(Cancellation);
        Assert.True(await states.MoveNextAsync());
        const int count = (2 * MemoryRunQueue.MaxPending) + 10;
        for (var sequence = 1; sequence <= count; sequence++)
        {
            await Queue.AppendAsync(Batch(plan, sequence: sequence, started: 1), Cancellation);
        }

        Assert.True(await states.MoveNextAsync());

        Assert.InRange(states.Current.Batches.Length, 1, MemoryRunQueue.MaxPending);
        Assert.Equal(count, states.Current.Batches.Sum(batch => batch.Metrics.Started));
    }

    [Fact]
    public async Task Submit_ManyRuns_ForgetsTheOldestEndedOnes()
    {
        for (var i = 0; i < MemoryRunQueue.KeepEnded + 2; i++)
        {
            var plan = TestRun.Plan(1, $"20261121-1315{i:00}-0000");
            await Queue.SubmitAsync(plan, Cancellation);
            await Queue.SignalAsync(plan.Run, new RunSignal(RunSignalKind.Stop), Cancellation);
        }

        await Assert.ThrowsAsync<KeyNotFoundException>(() => EndAsync("20261121-131500-0000"));
        Assert.Equal("stopped", (await EndAsync("20261121-131509-0000")).Status);
    }

    [Fact]
    public async Task Submit_TheSameRunTwice_Throws()
    {
        var plan = await SubmitAsync(1);

        await Assert.ThrowsAsync<ArgumentException>(() => Queue.SubmitAsync(plan, Cancellation));
    }

    protected override Task AdvanceAsync(TimeSpan by)
    {
        _time.Advance(by);
        return Task.CompletedTask;
    }
}
