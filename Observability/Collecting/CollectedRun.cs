using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ApeTest.Observability.Reports;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;
using Microsoft.Extensions.Logging;

namespace ApeTest.Observability.Collecting;

/// <summary>
/// One run as the collector sees it. Batches are merged as they come; each second the live figures, <c>run.json</c>, the time series and
/// the summary so far are written, every 10 s the histograms, at the end the summary. Stops the run when its budget is spent, a threshold
/// with <c>abort</c> is broken or its breakpoint is found, whose levels it orders. Thread-safe.
/// </summary>
public sealed partial class CollectedRun
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan HistogramBlock = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private readonly IRunQueue _queue;
    private readonly RunAggregate _aggregate;
    private readonly RunDirectory _directory;
    private readonly RunDirectoryWriter _writer;
    private readonly Func<long> _otherDrops;
    private readonly LoadShape _shape;
    private readonly LoadProfile? _rates; // null in the closed model
    private readonly BreakpointPilot? _pilot; // null where no breakpoint is searched
    private readonly RunBrakes _brakes;
    private readonly Uri? _controlUrl;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TaskCompletionSource<RunSummary> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<Channel<RunProgress>> _watchers = [];

    private readonly HashSet<string>? _kept; // sessions that another process wrote; null where none did
    private bool _catchesUp;
    private MetricsDelta _histograms = new();
    private TimeSpan _histogramsFrom;
    private DateTimeOffset _ticked;
    private DateTimeOffset _pointed;
    private bool _stopped;

    internal CollectedRun(IRunQueue queue, RunAggregate aggregate, RunDirectory directory, CollectorOptions options, Uri? controlUrl,
        TimeProvider time, ILogger logger, IReadOnlyCollection<string>? kept = null)
    {
        (_kept, _catchesUp) = (kept is null ? null : [.. kept], kept is not null);
        (_queue, _aggregate, _directory, _controlUrl, _time, _logger) = (queue, aggregate, directory, controlUrl, time, logger);
        _otherDrops = options.OtherDrops;
        _writer = new RunDirectoryWriter(directory, options.Limits, (path, error) => LogWriteFailed(Path.GetFileName(path), error.Message), goesOn: kept is not null);
        var scenario = aggregate.Plan.Scenario;
        Scales = aggregate.Breakpoint is { IsOfRates: false }
            ? new ScaleRange(1, 0, "A breakpoint is searched: the search sets the number of agents. Stop the run with `ape-test stop`, or start another.")
            : ScaleRange.Of(aggregate.Plan);
        _pilot = aggregate.Breakpoint is { } search
            ? new BreakpointPilot(search, _lock, signal => queue.SignalAsync(Run, signal, CancellationToken.None), () => StopAsync(now: false, "completed", CancellationToken.None), logger)
            : null;
        _brakes = new RunBrakes(aggregate, _lock, (now, reason) => StopAsync(now, reason, CancellationToken.None), logger);
        _shape = new LoadShape(scenario.Load, scenario.Agents, scenario.Duration);
        _rates = scenario.Load.Rate is null ? null : LoadProfile.Of(scenario.Load, scenario.Agents, scenario.Duration);
        _ticked = time.GetUtcNow();
        Progress = aggregate.Progress(_ticked, 0, 0);
    }

    /// <summary>URL of the target.</summary>
    public Uri Target => _aggregate.Plan.Scenario.Target.Url;

    /// <summary>Run id.</summary>
    public string Run => _aggregate.Plan.Run;

    /// <summary>To how many agents the run can be scaled.</summary>
    public ScaleRange Scales { get; }

    /// <summary>The run's directory.</summary>
    public RunDirectory Directory => _directory;

    /// <summary>The latest live figures, at most a second old.</summary>
    public RunProgress Progress { get; private set; }

    /// <summary>Whether no new session starts any more: the run was stopped, or its duration is over.</summary>
    public bool Draining
    {
        get
        {
            lock (_lock)
            {
                return _stopped || _aggregate.Ended || _time.GetUtcNow() - _aggregate.Started >= _aggregate.Plan.Scenario.Duration;
            }
        }
    }

    /// <summary>Completes when the run is running, which <c>run.json</c> says by then, or has ended.</summary>
    public Task Begun => _begun.Task;

    /// <summary>The first file of the run that could not be written, and why; null while all went well.</summary>
    public (string File, string Error)? WriteFailure => _writer.Failure;

    /// <summary>Whether the final summary is in the run's directory. After <see cref="Completion"/>.</summary>
    public bool IsSummaryKept { get; private set; }

    /// <summary>The run's plan.</summary>
    public RunPlan Plan => _aggregate.Plan;

    /// <summary>The final summary, once it is written. Fails only by a bug.</summary>
    public Task<RunSummary> Completion => _completion.Task;

    /// <summary>The summary: so far, or final.</summary>
    public RunSummary Summarize()
    {
        if (_completion.Task.IsCompletedSuccessfully)
        {
            return _completion.Task.Result;
        }
        lock (_lock)
        {
            return _aggregate.Summarize(_time.GetUtcNow());
        }
    }

    /// <summary>The live figures: at once, then each second until the run has ended, with the final ones last.</summary>
    public async IAsyncEnumerable<RunProgress> WatchAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A watcher that does not keep up skips figures; it never holds the run up.
        var channel = Channel.CreateBounded<RunProgress>(new BoundedChannelOptions(4) { FullMode = BoundedChannelFullMode.DropOldest });
        lock (_lock)
        {
            channel.Writer.TryWrite(Progress);
            if (_completion.Task.IsCompleted)
            {
                channel.Writer.Complete();
            }
            else
            {
                _watchers.Add(channel);
            }
        }
        try
        {
            await foreach (var progress in channel.Reader.ReadAllAsync(cancellationToken))
            {
                yield return progress;
            }
        }
        finally
        {
            lock (_lock)
            {
                _watchers.Remove(channel);
            }
        }
    }

    /// <summary>Stops the run: drains, or cancels everything when <paramref name="now"/>.</summary>
    /// <param name="now">Whether running sessions are cancelled.</param>
    /// <param name="reason">The run's final status: <c>stopped</c>, <c>interrupted</c>, <c>aborted</c>.</param>
    /// <param name="cancellationToken">Ends the call, not the stop.</param>
    public async Task StopAsync(bool now, string reason, CancellationToken cancellationToken)
    {
        await _queue.SignalAsync(Run, new RunSignal(now ? RunSignalKind.Abort : RunSignalKind.Stop, Reason: reason), cancellationToken);
        lock (_lock)
        {
            _stopped = true;
        }
    }

    /// <summary>Changes the number of agents; the figures say so at once. Outside <see cref="Scales"/>: <see cref="ArgumentOutOfRangeException"/>.</summary>
    public async Task ScaleAsync(int agents, CancellationToken cancellationToken)
    {
        await _queue.SignalAsync(Run, new RunSignal(RunSignalKind.Scale, agents), cancellationToken);
        lock (_lock)
        {
            Progress = Progress with { AgentsTarget = agents };
        }
    }

    internal void Begin(string? resolvedScenario)
    {
        if (resolvedScenario is not null)
        {
            _writer.WriteScenario(resolvedScenario);
        }
        _writer.Reserve();
        WriteRun();
        // Not tied to a caller: a run is collected to its end, which the queue tells.
        _ = CollectAsync();
    }

    private async Task CollectAsync()
    {
        try
        {
            await using (_time.CreateTimer(_ => OnTick(), null, Tick, Tick))
            {
                await foreach (var state in _queue.WatchAsync(Run, CancellationToken.None))
                {
                    Take(state);
                    await _brakes.StopWhereDueAsync();
                }
            }
            var summary = Finish();
            await WriteReportAsync();
            End(() => _completion.TrySetResult(summary));
        }
        catch (Exception error)
        {
            LogCollectFailed(error);
            End(() => _completion.TrySetException(error));
        }
        finally
        {
            _writer.Dispose();
        }
    }

    private void Take(RunState state)
    {
        lock (_lock)
        {
            _aggregate.Add(state);
            foreach (var batch in state.Batches)
            {
                foreach (var session in batch.Sessions)
                {
                    if (_kept?.Contains(session.Session) is not true)
                    {
                        _writer.AppendSession(session);
                    }
                }
            }
            _aggregate.RecordsDropped = _writer.Dropped.Total + _otherDrops();
            if (_catchesUp)
            {
                // What another process collected is in its points; as one of this moment it would be a burst that never was.
                _catchesUp = false;
                _ = _aggregate.TakeInterval(_time.GetUtcNow(), Draining);
            }
            if (_aggregate.Started is not null && !_begun.Task.IsCompleted)
            {
                // Not at the next second: whoever waits for it looks at once.
                TakePoint();
                WriteRun();
                _begun.TrySetResult();
            }
        }
    }

    private void OnTick()
    {
        lock (_lock)
        {
            if (!_completion.Task.IsCompleted)
            {
                TakePoint();
                WriteRun();
                if (_aggregate.Started is not null)
                {
                    // A run that is killed leaves its last second: it gets no other chance to write its summary.
                    _writer.WriteSummary(_aggregate.Summarize(_ticked));
                }
            }
        }
        _ = _pilot?.SteerAsync();
    }

    // Called under the lock.
    private void TakePoint()
    {
        var now = _time.GetUtcNow();
        var over = Draining;
        var reported = _aggregate.Reported;
        var interval = _aggregate.TakeInterval(now, over);
        _ticked = now;
        // What was not told of yet comes with the next point: one of nothing would make two seconds of that.
        var isSilent = reported is null && _aggregate is { ActiveAgents: > 0, Ended: false } && now - _pointed < LongestSilence;
        // The workers tell of a stretch that ended up to a second ago: what was asked for is told as of then, beside what was done.
        var at = reported > _pointed && reported < now ? reported.Value : now;
        var (target, _) = Asked(now - (_aggregate.Started ?? now), over);
        Progress = _aggregate.Progress(now, target, isSilent ? Progress.ActionsPerSecond : RateOf(interval, at)) with
        {
            Draining = over && !_aggregate.Ended && _aggregate.Started is not null,
        };
        foreach (var watcher in _watchers)
        {
            watcher.Writer.TryWrite(Progress);
        }
        if (isSilent || _aggregate.Started is not { } started)
        {
            return;
        }

        _pointed = at;
        var elapsed = _pointed - started;
        var (agents, rate) = Asked(elapsed, _stopped || _aggregate.Ended || elapsed >= _aggregate.Plan.Scenario.Duration);
        _writer.AppendPoint(TimePoint.Of(interval, _pointed, elapsed, _aggregate.ActiveAgents, agents, rate));
        _histograms.Add(interval);
        if (elapsed - _histogramsFrom >= HistogramBlock || _aggregate.Ended)
        {
            _writer.AppendHistograms(_histogramsFrom, elapsed, _histograms);
            (_histograms, _histogramsFrom) = (new MetricsDelta(), elapsed);
        }
    }

    /// <summary>Actions a second since the last point; the rate before where that is too short a time to tell.</summary>
    private double RateOf(MetricsDelta interval, DateTimeOffset at)
    {
        var seconds = (at - (_aggregate.Started > _pointed ? _aggregate.Started.Value : _pointed)).TotalSeconds;
        return seconds < 0.5 ? Progress.ActionsPerSecond : interval.Actions.Total / seconds;
    }

    /// <summary>Agents, and in the open model sessions a second, that the run asks for at a moment; none once no session starts any more.</summary>
    private (int Agents, double? Rate) Asked(TimeSpan elapsed, bool over) => over || _aggregate.Started is null
        ? (0, null)
        : (_aggregate.ScaledTo ?? _shape.ActiveAgents(elapsed), _rates is null ? null : _aggregate.Breakpoint?.Level ?? _rates.ValueAt(elapsed));

    private RunSummary Finish()
    {
        lock (_lock)
        {
            TakePoint();
            _aggregate.RecordsDropped = _writer.Dropped.Total + _otherDrops();
            var summary = _aggregate.Summarize(_ticked);
            _writer.Release();
            IsSummaryKept = _writer.WriteSummary(summary);
            WriteRun();
            return summary;
        }
    }

    private async Task WriteReportAsync()
    {
        try
        {
            await ReportFile.WriteAsync(_directory, _time, CancellationToken.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // `ape-test report` makes it anew at any time: the run is none the worse.
            LogReportFailed(error.Message);
        }
    }

    private void End(Action complete)
    {
        lock (_lock)
        {
            complete();
            _begun.TrySetResult();
            foreach (var watcher in _watchers)
            {
                watcher.Writer.TryComplete();
            }
        }
    }

    private void WriteRun() => _writer.WriteRun(new RunFile
    {
        Run = Run,
        Scenario = _aggregate.Plan.Scenario.Name,
        Status = _aggregate.Status,
        Pid = Environment.ProcessId,
        PidStarted = RunProcess.OwnStart,
        Machine = RunProcess.Machine,
        ControlUrl = _aggregate.Ended ? null : _controlUrl,
        Started = _aggregate.Started,
        Heartbeat = _time.GetUtcNow(),
        Agents = _aggregate.ScaledTo ?? _aggregate.Plan.Scenario.Agents,
    });

    [LoggerMessage(EventId = 1, EventName = "collector.write_failed", Level = LogLevel.Warning,
        Message = "{File} of the run directory cannot be written: {Reason} What is lost is counted in the summary.")]
    private partial void LogWriteFailed(string file, string reason);

    [LoggerMessage(EventId = 5, EventName = "collector.report_failed", Level = LogLevel.Warning, Message = "report.html cannot be written: {Reason}")]
    private partial void LogReportFailed(string reason);

    [LoggerMessage(EventId = 3, EventName = "collector.failed", Level = LogLevel.Error, Message = "The run can no longer be collected.")]
    private partial void LogCollectFailed(Exception error);
}
