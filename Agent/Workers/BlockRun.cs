using System.Collections.Immutable;
using ApeTest.Agent.Journeys;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Planning;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Workers;

/// <summary>One leased block: its slots, its recorder, and what it still has to tell the queue.</summary>
internal sealed partial class BlockRun : IDisposable
{
    /// <summary>Batches that wait for a queue that does not answer: ten minutes of them.</summary>
    private const int MaxPending = 600;

    // Within so much of a second agents follow a ramp, and hear that the run is stopped.
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    // Nobody waits for a turn: a block that has nothing to decide must not cost a timer ten times a second.
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(400);

    // What a timer can do.
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(1);

    private readonly RunContext _run;
    private readonly IRunQueue _queue;
    private readonly ILogger _logger;
    private readonly BlockLease _lease;
    private readonly long _claimed;
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly Queue<SnapshotBatch> _pending = new();
    private readonly SlotGate _gate;
    private volatile RunOrders _orders;
    private volatile bool _lost;
    private volatile bool _yields;
    private volatile bool _unfinished;

    public BlockRun(RunContext run, BlockLease lease, IRunQueue queue, string worker, ILogger logger)
    {
        _run = run;
        _queue = queue;
        _logger = logger;
        _lease = lease;
        _claimed = run.Time.GetTimestamp();
        Recorder = new BlockRecorder(run.Plan, lease.Block, lease.Epoch, worker, run.Time);
        _orders = lease.Orders;
        _gate = new SlotGate(lease, run.Shape, run.MeanThink);
    }

    public string Run => _run.Plan.Run;

    public RunBlock Block => _lease.Block;

    public BlockRecorder Recorder { get; }

    public StopOrder Stop { get; } = new();

    /// <summary>Whether no new session may start: told to stop, a budget used up, or the run's duration over.</summary>
    public bool IsOver => Stop.Draining || _run.IsExhausted || Elapsed >= _run.Plan.Scenario.Duration;

    /// <summary>Whether no session starts because this worker ends, though the run goes on: others will go on with the block.</summary>
    public bool IsYielded => _yields && !_run.IsExhausted && _orders.Stop is StopStage.None && !(Elapsed >= _run.Plan.Scenario.Duration);

    /// <summary>Time since the run's start.</summary>
    public TimeSpan Elapsed => _lease.Elapsed + _run.Time.GetElapsedTime(_claimed);

    /// <summary>Whether another worker had the block before.</summary>
    public bool IsTakenOver => _lease.Epoch > 1;

    /// <summary>Number of the session that a slot begins with: the one after those that it had with other workers.</summary>
    public int NextOf(int slot)
    {
        foreach (ref readonly var progress in _lease.Resume.AsSpan())
        {
            if (progress.Slot == slot)
            {
                return progress.Next;
            }
        }
        return 0;
    }

    /// <summary>The clock's timestamp at a time since the run's start.</summary>
    public long TimestampAt(TimeSpan elapsed) => _claimed + (long)((elapsed - _lease.Elapsed).TotalSeconds * _run.Time.TimestampFrequency);

    /// <summary>Agents of this block that should be active now; in the open model, that may be.</summary>
    public int WantedHere() => IsOver ? 0 : _run.Arrivals is null ? _gate.WantedAt(Elapsed) : MostSessions;

    /// <summary>Open model: most sessions of this block at the same time. Arrivals are dealt out to the plan's blocks evenly, and so are the agents.</summary>
    public int MostSessions
    {
        get
        {
            var blocks = _run.Plan.BlockCount;
            var agents = _orders.Agents ?? _run.Plan.Slots;
            return (agents / blocks) + (Block.Index < agents % blocks ? 1 : 0);
        }
    }

    /// <summary>Open model: rates that were ordered while the run goes on; empty: as planned.</summary>
    public ImmutableArray<RateStep> Rates => _orders.Rates;

    /// <summary>Closed model: waits until the load asks for a slot's next session. Returns the timestamp at which that was meant to be; null when none may start any more.</summary>
    public async ValueTask<long?> EnterAsync(int slot)
    {
        if (IsOver)
        {
            return null;
        }
        var meant = await _gate.EnterAsync(slot - Block.FirstSlot, Elapsed);
        return meant is null || IsOver ? null : TimestampAt(meant.Value);
    }

    /// <summary>Closed model: the slot begins no more sessions.</summary>
    public void Leave(int slot) => _gate.Leave(slot - Block.FirstSlot, Elapsed);

    /// <summary>Iterations that did not start.</summary>
    public void Dropped(string reason, int count)
    {
        Recorder.IterationDropped(reason, count);
        _run.Metrics.IterationsDropped(reason, count);
    }

    /// <summary>This worker ends: no session starts any more, those under way finish, and the block is given back.</summary>
    public void Yield()
    {
        _yields = true;
        Stop.Drain();
    }

    /// <summary>There is something left to do in the block for whoever takes it over.</summary>
    public void GiveBack() => _unfinished = true;

    /// <summary>Takes the queue's orders.</summary>
    public void Apply(RunOrders orders)
    {
        _orders = orders;
        _gate.Order(orders, Elapsed);
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
            ? [ArriveAsync(arrivals, _run.ThreadOf(Block.Index))]
            : [.. Enumerable.Range(Block.FirstSlot, Block.Count).Select(slot => _run.ThreadOf(slot).StartAsync(new AgentSlot(this, _run, slot).RunAsync))];

        // 2. Their turns, and after the end the graceful stop, within which running sessions may finish.
        using var done = new CancellationTokenSource();
        var pace = PaceAsync(done.Token);
        try
        {
            await Task.WhenAll(load);
        }
        catch (Exception exception)
        {
            // A bug of ours: the other slots went on, and the run must still learn that the block has ended.
            SlotFailed(exception, Run, Block.Index);
            Recorder.Error(new ErrorSample("harness", "harness", default));
        }
        await done.CancelAsync();
        await pace;

        // 3. What is left to tell, marked as the last.
        await FlushAsync(_unfinished ? BlockEnd.Released : BlockEnd.Final, generator: null, CancellationToken.None);
    }

    private Task ArriveAsync(ArrivalSchedule arrivals, IAgentThread thread) => thread.StartAsync(new ArrivalLoop(this, _run, arrivals, thread).RunAsync);

    /// <summary>
    /// Sends what happened since the last call. A queue that does not answer keeps the batches waiting here, bounded; the load goes on.
    /// The last batch is repeated until it is taken or the block is lost.
    /// </summary>
    public async Task FlushAsync(BlockEnd end, GeneratorSample? generator, CancellationToken cancellationToken)
    {
        await _flushing.WaitAsync(cancellationToken);
        try
        {
            var drained = Recorder.Drain(end is BlockEnd.Final, generator, end is BlockEnd.Released);
            _run.Metrics.Errors(drained.Metrics.Errors.Values);
            _pending.Enqueue(drained);
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
                    if (end is BlockEnd.None)
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

    private async Task PaceAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (!IsOver)
            {
                var rest = _gate.Look(Elapsed);
                var poll = _run.Arrivals is null && !_gate.HasWaiting ? Idle : Poll;
                await Task.Delay(rest > poll ? poll : rest > ShortestRest ? rest : ShortestRest, _run.Time, cancellationToken);
            }
            _gate.Close();
            await Task.Delay(_run.Plan.Scenario.GracefulStop, _run.Time, cancellationToken);
            Stop.Abort(StopOrder.RunEnd);
        }
        catch (OperationCanceledException)
        {
            // All sessions ended by themselves.
        }
        finally
        {
            // Whatever happens here, no slot waits for ever.
            _gate.Close();
        }
    }

    [LoggerMessage(11, LogLevel.Warning, "the queue did not take batches of run {Run} block {Block}: {Pending} wait", EventName = "batch.waiting")]
    private partial void AppendFailed(Exception exception, string run, int block, int pending);

    [LoggerMessage(13, LogLevel.Error, "an agent of run {Run} block {Block} failed", EventName = "agent.failed")]
    private partial void SlotFailed(Exception exception, string run, int block);

    [LoggerMessage(12, LogLevel.Error, "a batch of run {Run} block {Block} was dropped: the queue has not answered for too long", EventName = "batch.dropped")]
    private partial void BatchDropped(string run, int block);
}
