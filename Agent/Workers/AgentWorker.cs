using System.Collections.Concurrent;
using System.Collections.Immutable;
using ApeTest.Agent.Brains;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Planning;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent.Workers;

/// <summary>
/// The worker: claims blocks, runs them, heartbeats once a second for all of them, reports what they did. Told to end, it drains.
/// </summary>
internal sealed partial class AgentWorker(
    IRunQueue queue, AgentOptions options, BrainFactory brains, AgentMetrics metrics, ILoggerFactory loggers, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    // A worker that has blocks looks for more, which come by scaling up, without taking time from those it has.
    private static readonly TimeSpan BusyInterval = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan SharingStep = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan LongestSharingPause = TimeSpan.FromMilliseconds(300);

    private readonly TaskCompletionSource _draining = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ILogger _logger = loggers.CreateLogger<AgentWorker>();
    private readonly ConcurrentDictionary<BlockRun, Task> _blocks = new();
    private readonly Dictionary<string, (RunContext Context, int Blocks)> _runs = new(StringComparer.Ordinal);
    private readonly Lock _runsGate = new();
    private volatile bool _hasEnded;
    private string? _refused; // what was told of a run that cannot be claimed here

    /// <summary>Completes when the worker was told to end, and no session of its blocks starts any more.</summary>
    internal Task Draining => _draining.Task;

    /// <summary>Cancels every session that runs here; they count as aborted, <c>worker_stopped</c>. For a worker that drains and shall not wait.</summary>
    public void Abort() => AbortAll(StopOrder.WorkerStopped);

    /// <summary>Ends the worker: drains, and cancels what still runs when <paramref name="cancellationToken"/> is cancelled.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        // Cancelled sessions end within moments; a queue that does not take the last batches is not waited for longer than this.
        using var limit = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        await using var registration = cancellationToken.Register(() =>
        {
            AbortAll(StopOrder.WorkerStopped);
            limit.CancelAfter(TimeSpan.FromSeconds(3));
        });
        await base.StopAsync(limit.Token);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var ticking = new CancellationTokenSource();
        var tick = TickAsync(ticking.Token);

        // 1. Claim and run blocks until told to end.
        await ClaimAsync(stoppingToken);

        // 2. Drain; after a while, cancel.
        foreach (var block in _blocks.Keys)
        {
            block.Yield();
        }
        _draining.TrySetResult();
        using (var limit = new CancellationTokenSource(options.ShutdownDrain, time))
        await using (limit.Token.Register(() => AbortAll(StopOrder.WorkerStopped)))
        {
            await Task.WhenAll(_blocks.Values);
        }

        // 3. The heartbeat goes on until the last block has reported.
        await ticking.CancelAsync();
        await tick;
        _hasEnded = true;
    }

    private async Task ClaimAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                stoppingToken.ThrowIfCancellationRequested();
                if (_blocks.Count < options.MaxBlocks && await TryClaimAsync(stoppingToken) is { } lease)
                {
                    Start(lease);
                    if (!options.SharesBlocks || lease.Epoch == 1)
                    {
                        continue;
                    }
                    // What a worker lost, or gave back, is free all at once.
                    await Task.Delay(SharingPause(), time, stoppingToken);
                    continue;
                }
                await Task.Delay(_blocks.IsEmpty || options.ClaimInterval > BusyInterval ? options.ClaimInterval : BusyInterval, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
        }
    }

    // Whoever has more waits longer: workers that look at the same time come to have about as many, without knowing of each other.
    private TimeSpan SharingPause()
    {
        var pause = SharingStep * (4 + _blocks.Count);
        return pause < LongestSharingPause ? pause : LongestSharingPause;
    }

    private async Task<BlockLease?> TryClaimAsync(CancellationToken stoppingToken)
    {
        try
        {
            var lease = await queue.ClaimAsync(options.WorkerName, stoppingToken);
            _refused = null;
            return lease;
        }
        catch (ApeTestException exception)
        {
            // A run that this worker cannot open stays there for others, and is met again ten times a second.
            if (_refused != exception.Message)
            {
                _refused = exception.Message;
                QueueFailed(exception, "claim");
            }
            return null;
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            QueueFailed(exception, "claim");
            return null;
        }
    }

    private void Start(BlockLease lease)
    {
        if (Enter(lease.Plan) is not { } context)
        {
            _ = RefuseAsync(lease);
            return;
        }
        var block = new BlockRun(context, lease, queue, options.WorkerName, _logger);
        BlockStarted(lease.Plan.Run, lease.Block.Index, lease.Block.Count);
        var ended = new TaskCompletionSource();
        _blocks[block] = ended.Task;
        _ = RunAsync(block, lease.Plan.Run, ended);
    }

    private async Task RunAsync(BlockRun block, string run, TaskCompletionSource ended)
    {
        try
        {
            await block.RunAsync();
        }
        catch (Exception exception)
        {
            BlockFailed(exception, run, block.Block.Index);
        }
        finally
        {
            _blocks.TryRemove(block, out _);
            Leave(run);
            block.Dispose();
            BlockEnded(run, block.Block.Index);
            ended.SetResult();
        }
    }

    private async Task TickAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        using var watch = new GeneratorWatch(time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                await HeartbeatAsync(cancellationToken);
                metrics.AgentsWanted(_blocks.Keys.Sum(static block => block.WantedHere()));
                GeneratorSample? generator = watch.Sample() with { Loops = TickJourneys() };
                metrics.GeneratorUsed(generator);
                // Together: they share a trip to the database. The process is one: one of its blocks tells of it.
                await Task.WhenAll(_blocks.Keys.Select((block, index) => FlushAsync(block, index == 0 ? generator : null, cancellationToken)));
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        metrics.AgentsWanted(0);
    }

    private async Task HeartbeatAsync(CancellationToken cancellationToken)
    {
        // Where there are others, an idle worker too says that it is there: the blocks of the next run are shared out among those that are.
        if (_blocks.IsEmpty && !options.SharesBlocks)
        {
            return;
        }
        try
        {
            var orders = await queue.HeartbeatAsync(options.WorkerName, cancellationToken);
            foreach (var block in _blocks.Keys)
            {
                if (orders.Lost.Contains(new LostBlock(block.Run, block.Block.Index)))
                {
                    BlockLost(block.Run, block.Block.Index);
                    block.Lose();
                }
                else if (orders.Runs.TryGetValue(block.Run, out var order))
                {
                    block.Apply(order);
                }
            }
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            QueueFailed(exception, "heartbeat");
        }
    }

    private static async Task FlushAsync(BlockRun block, GeneratorSample? generator, CancellationToken cancellationToken)
    {
        try
        {
            await block.FlushAsync(BlockEnd.None, generator, cancellationToken);
        }
        catch (ObjectDisposedException)
        {
            // It ended meanwhile and has told everything itself.
        }
    }

    private void AbortAll(string reason)
    {
        foreach (var block in _blocks.Keys)
        {
            block.Stop.Abort(reason);
        }
    }

    /// <summary>Publishes the live figures of the journeys; returns how late their loops were.</summary>
    private ImmutableArray<LoopSample> TickJourneys()
    {
        var loops = ImmutableArray.CreateBuilder<LoopSample>();
        lock (_runsGate)
        {
            foreach (var (context, _) in _runs.Values)
            {
                context.Journeys?.Publish();
                loops.AddRange(context.Journeys?.TakeLateness() ?? []);
            }
        }
        return loops.ToImmutable();
    }

    private RunContext? Enter(RunPlan plan)
    {
        lock (_runsGate)
        {
            if (_runs.TryGetValue(plan.Run, out var known))
            {
                _runs[plan.Run] = known with { Blocks = known.Blocks + 1 };
                return known.Context;
            }
            try
            {
                var context = RunContext.Create(plan, options, brains, metrics, loggers.CreateLogger("ApeTest.Agent.Session"), time, Signal);
                _runs[plan.Run] = (context, 1);
                metrics.RunStarted(plan.Run, plan.Scenario.Name);
                return context;
            }
            catch (ApeTestException exception)
            {
                RunRefused(plan.Run, exception.Message, exception.Hint);
                return null;
            }
            catch (Exception exception)
            {
                // A plan that is no work of ours, or a bug: it ends its own run, not the worker and with it all others.
                RunUnusable(exception, plan.Run);
                return null;
            }
        }
    }

    private void Leave(string run)
    {
        lock (_runsGate)
        {
            var (context, blocks) = _runs[run];
            if (blocks > 1)
            {
                _runs[run] = (context, blocks - 1);
                return;
            }
            _runs.Remove(run);
            metrics.RunEnded(run);
            context.Dispose();
        }
    }

    /// <summary>A plan that this worker cannot run: the run is told and ends, rather than hang.</summary>
    private async Task RefuseAsync(BlockLease lease)
    {
        var recorder = new BlockRecorder(lease.Plan, lease.Block, lease.Epoch, options.WorkerName, time);
        recorder.Error(new ErrorSample("run_refused", "harness", default));
        var final = recorder.Drain(final: true);
        // Until it is told: the lease is this worker's as long as it lives, and the run would never end.
        while (!_hasEnded)
        {
            try
            {
                // The signal first: the last block's end would make the run a completed one.
                await queue.SignalAsync(lease.Plan.Run, new RunSignal(RunSignalKind.Abort, Reason: "aborted"), CancellationToken.None);
                await queue.AppendAsync(final, CancellationToken.None);
                return;
            }
            catch (Exception exception)
            {
                QueueFailed(exception, "refuse");
            }
            await Task.Delay(Tick, time, CancellationToken.None);
        }
    }

    private void Signal(RunPlan plan, RunSignal signal) => _ = SignalAsync(plan, signal);

    private async Task SignalAsync(RunPlan plan, RunSignal signal)
    {
        try
        {
            await queue.SignalAsync(plan.Run, signal, CancellationToken.None);
        }
        catch (Exception exception)
        {
            QueueFailed(exception, "signal");
        }
    }

    [LoggerMessage(21, LogLevel.Information, "block {Block} of run {Run} started with {Slots} agents", EventName = "block.started")]
    private partial void BlockStarted(string run, int block, int slots);

    [LoggerMessage(22, LogLevel.Information, "block {Block} of run {Run} ended", EventName = "block.ended")]
    private partial void BlockEnded(string run, int block);

    [LoggerMessage(23, LogLevel.Warning, "block {Block} of run {Run} was lost to another worker", EventName = "block.lost")]
    private partial void BlockLost(string run, int block);

    [LoggerMessage(24, LogLevel.Error, "block {Block} of run {Run} failed", EventName = "block.failed")]
    private partial void BlockFailed(Exception exception, string run, int block);

    [LoggerMessage(25, LogLevel.Error, "run {Run} cannot be run here: {Problem} {Hint}", EventName = "run.refused")]
    private partial void RunRefused(string run, string problem, string? hint);

    [LoggerMessage(27, LogLevel.Error, "run {Run} cannot be run here", EventName = "run.unusable")]
    private partial void RunUnusable(Exception exception, string run);

    [LoggerMessage(26, LogLevel.Warning, "the run queue failed at {Operation}", EventName = "queue.failed")]
    private partial void QueueFailed(Exception exception, string operation);
}
