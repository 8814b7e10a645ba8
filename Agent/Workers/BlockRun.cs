using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Planning;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Workers;

/// <summary>One leased block: its slots, its recorder, and what it still has to tell the queue.</summary>
internal sealed partial class BlockRun : IDisposable
{
    /// <summary>Batches that wait for a queue that does not answer: ten minutes of them.</summary>
    private const int MaxPending = 600;

    private readonly RunContext _run;
    private readonly IRunQueue _queue;
    private readonly ILogger _logger;
    private readonly BlockLease _lease;
    private readonly long _claimed;
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly Queue<SnapshotBatch> _pending = new();
    private volatile object? _agents;
    private volatile bool _lost;

    public BlockRun(RunContext run, BlockLease lease, IRunQueue queue, string worker, ILogger logger)
    {
        _run = run;
        _queue = queue;
        _logger = logger;
        _lease = lease;
        _claimed = run.Time.GetTimestamp();
        Recorder = new BlockRecorder(run.Plan, lease.Block, lease.Epoch, worker, run.Time);
    }

    public string Run => _run.Plan.Run;

    public RunBlock Block => _lease.Block;

    public BlockRecorder Recorder { get; }

    public StopOrder Stop { get; } = new();

    /// <summary>Whether no new session may start: told to stop, a budget used up, or the run's duration over.</summary>
    public bool IsOver => Stop.Draining || _run.IsExhausted || Elapsed >= _run.Plan.Scenario.Duration;

    /// <summary>Time since the run's start.</summary>
    public TimeSpan Elapsed => _lease.Elapsed + _run.Time.GetElapsedTime(_claimed);

    /// <summary>Whether another worker had the block before.</summary>
    public bool IsTakenOver => _lease.Epoch > 1;

    /// <summary>The clock's timestamp at a time since the run's start.</summary>
    public long TimestampAt(TimeSpan elapsed) => _claimed + (long)((elapsed - _lease.Elapsed).TotalSeconds * _run.Time.TimestampFrequency);

    /// <summary>Agents that the whole run should have active now; slot i is wanted when i is smaller.</summary>
    public int WantedAgents() => _agents is int scaled ? scaled : _run.Shape.ActiveAgents(Elapsed);

    /// <summary>Agents of this block that should be active now.</summary>
    public int WantedHere() => IsOver ? 0 : Math.Clamp(WantedAgents() - Block.FirstSlot, 0, Block.Count);

    /// <summary>Whether waiting for this slot's turn would be waiting for ever: the run has no end in time and its load never gets that far.</summary>
    public bool NeverWanted(int slot) => _run.Plan.Scenario.Duration is null && _agents is null && slot >= _run.Shape.ActiveAgents(TimeSpan.MaxValue);

    /// <summary>Iterations that did not start.</summary>
    public void Dropped(string reason, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Recorder.IterationDropped(reason);
        }
        _run.Metrics.IterationsDropped(reason, count);
    }

    /// <summary>Takes the queue's orders.</summary>
    public void Apply(RunOrders orders)
    {
        if (orders.Agents is { } agents)
        {
            _agents = agents;
        }
        switch (orders.Stop)
        {
            case StopStage.Drain:
                Stop.Drain();
                break;
            case StopStage.Abort:
                Stop.Abort(StopOrder.RunAborted);
                break;
            default:
                break;
        }
    }

    /// <summary>Another worker has the block: what this one does is void.</summary>
    public void Lose()
    {
        _lost = true;
        Stop.Abort(StopOrder.WorkerLost);
    }

    /// <summary>Runs all slots to their end, then reports the rest. Does not throw.</summary>
    public async Task RunAsync()
    {
        // 1. The agents, or in the open model the arrivals.
        Task[] load = _run.Arrivals is { } arrivals
            ? [Task.Run(new ArrivalLoop(this, _run, arrivals).RunAsync)]
            : [.. Enumerable.Range(Block.FirstSlot, Block.Count).Select(slot => Task.Run(new AgentSlot(this, _run, slot).RunAsync))];

        // 2. After the end, running sessions may finish within the graceful stop.
        using var done = new CancellationTokenSource();
        var grace = EndGraceAsync(done.Token);
        try
        {
            await Task.WhenAll(load);
        }
        catch (Exception exception)
        {
            // A bug of ours: the other slots went on, and the run must still learn that the block has ended.
            SlotFailed(exception, Run, Block.Index);
            Recorder.Error(new ErrorSample("harness", "harness", ""));
        }
        await done.CancelAsync();
        await grace;

        // 3. What is left to tell, marked as the last.
        await FlushAsync(final: true, generator: null, CancellationToken.None);
    }

    /// <summary>
    /// Sends what happened since the last call. A queue that does not answer keeps the batches waiting here, bounded; the load goes on.
    /// A final batch is repeated until it is taken or the block is lost.
    /// </summary>
    public async Task FlushAsync(bool final, GeneratorSample? generator, CancellationToken cancellationToken)
    {
        await _flushing.WaitAsync(cancellationToken);
        try
        {
            _pending.Enqueue(Recorder.Drain(final, generator));
            while (_pending.Count > MaxPending)
            {
                _pending.Dequeue();
                BatchDropped(Run, Block.Index);
            }
            while (_pending.TryPeek(out var batch) && !_lost)
            {
                try
                {
                    await _queue.AppendAsync(batch, cancellationToken);
                    _pending.Dequeue();
                }
                catch (Exception exception) when (exception is not OperationCanceledException)
                {
                    AppendFailed(exception, Run, Block.Index, _pending.Count);
                    if (!final)
                    {
                        return;
                    }
                    await Task.Delay(TimeSpan.FromSeconds(1), _run.Time, cancellationToken);
                }
            }
        }
        finally
        {
            _flushing.Release();
        }
    }

    public void Dispose()
    {
        Stop.Dispose();
        _flushing.Dispose();
    }

    private async Task EndGraceAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!IsOver)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), _run.Time, cancellationToken);
            }
            await Task.Delay(_run.Plan.Scenario.GracefulStop, _run.Time, cancellationToken);
            Stop.Abort(StopOrder.RunEnd);
        }
        catch (OperationCanceledException)
        {
            // All sessions ended by themselves.
        }
    }

    [LoggerMessage(11, LogLevel.Warning, "the queue did not take batches of run {Run} block {Block}: {Pending} wait", EventName = "batch.waiting")]
    private partial void AppendFailed(Exception exception, string run, int block, int pending);

    [LoggerMessage(13, LogLevel.Error, "an agent of run {Run} block {Block} failed", EventName = "agent.failed")]
    private partial void SlotFailed(Exception exception, string run, int block);

    [LoggerMessage(12, LogLevel.Error, "a batch of run {Run} block {Block} was dropped: the queue has not answered for too long", EventName = "batch.dropped")]
    private partial void BatchDropped(string run, int block);
}
