using ApeTest.Cli.Commands.Start;
using ApeTest.Cli.Progress;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Control;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Stack;

/// <summary>
/// Follows a run of a stack to its end and passes signals on to it. A collector that goes away is asked again each second: the run goes on without it, and
/// the collector finds it again.
/// </summary>
internal sealed class StackFollower(CliEnvironment environment, StartRequest request, ControlClient run, StopLadder ladder, StartMessages messages)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    // A collector that starts anew waits for its database first.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    // Whoever has asked twice for an end does not wait for a collector that is gone.
    private static readonly TimeSpan Hurry = TimeSpan.FromSeconds(5);

    // Workers look for runs each second.
    private static readonly TimeSpan LongestQueued = TimeSpan.FromSeconds(5);

    private volatile RunSnapshot? _last;
    private volatile string? _stopping;
    private volatile string? _waiting;
    private bool _isLost;
    private int _asked;

    /// <summary>The summary once the run has ended; null where the collector stays away.</summary>
    public async Task<RunSummary?> FollowAsync()
    {
        using var end = new CancellationTokenSource();
        using var giveUp = new CancellationTokenSource();
        var view = Views.Of(environment, request.Quiet, request.NoColor, new WatchControls(run, "stop", () => ladder.Climb(StopSignal.Interrupt)));
        await using var drain = ladder.Drain.Register(() => _ = StopAsync(view, now: false, giveUp.Token));
        await using var abort = ladder.Abort.Register(() => _ = StopAsync(view, now: true, giveUp.Token));
        var shown = view.ShowAsync(() => _last is { } last ? last with { Stopping = _waiting ?? _stopping } : Nothing(), end.Token);
        try
        {
            return await UntilEndedAsync(view);
        }
        finally
        {
            await giveUp.CancelAsync();
            await end.CancelAsync();
            await shown;
        }
    }

    private async Task<RunSummary?> UntilEndedAsync(IRunProgressView view)
    {
        var began = environment.Time.GetTimestamp();
        for (var (silent, isTold) = (began, false); ;)
        {
            try
            {
                await foreach (var progress in run.EventsAsync(CancellationToken.None))
                {
                    silent = environment.Time.GetTimestamp();
                    Found(view);
                    if (!isTold && progress.Status is "queued" && environment.Time.GetElapsedTime(began) > LongestQueued)
                    {
                        isTold = true;
                        messages.Say("warning: no worker of the stack has taken the run yet; it waits. Is an agent up, with the collector's APETEST_QUEUE and APETEST_TOKEN_FILE?");
                    }
                    _last = new RunSnapshot(progress);
                }
                var summary = await run.GetSummaryAsync(CancellationToken.None);
                if (!IsNotTakenUp(summary))
                {
                    return summary;
                }
                await Task.Delay(Pause, environment.Time);
            }
            catch (ApeTestException e) when (e.ExitCode is ExitCodes.Environment)
            {
                var patience = ladder.Abort.IsCancellationRequested ? Hurry : Patience;
                if (environment.Time.GetElapsedTime(silent) > patience)
                {
                    return null;
                }
                Lost(view, e);
                await Task.Delay(Pause, environment.Time);
            }
        }
    }

    // A collector that has just begun tells of a run by what the one before it left on disk, until it takes the run up.
    private bool IsNotTakenUp(RunSummary summary) =>
        summary.Run.Status is "queued" or "running" || (summary.Run.Status is "interrupted" && ladder.First is null && _asked++ < LongestQueued.TotalSeconds);

    private void Lost(IRunProgressView view, ApeTestException e)
    {
        if (!_isLost)
        {
            var text = $"warning: {e.Message} The run goes on; asking again each second";
            _waiting = text;
            if (!view.ShowsStopping)
            {
                messages.Say(text);
            }
        }
        _isLost = true;
    }

    private void Found(IRunProgressView view)
    {
        if (_isLost && !view.ShowsStopping)
        {
            messages.Say("the collector answers again");
        }
        (_isLost, _waiting) = (false, null);
    }

    private async Task StopAsync(IRunProgressView view, bool now, CancellationToken cancellationToken)
    {
        _stopping = StartMessages.Stopping(now);
        if (!view.ShowsStopping)
        {
            messages.Say(_stopping);
        }
        try
        {
            while (!await TryStopAsync(now, cancellationToken))
            {
                await Task.Delay(Pause, environment.Time, cancellationToken);
            }
        }
        catch (OperationCanceledException)
        {
            // It has ended, or nobody waits any more.
        }
    }

    private async Task<bool> TryStopAsync(bool now, CancellationToken cancellationToken)
    {
        try
        {
            await run.StopAsync(new StopRequest(now, "interrupted"), cancellationToken);
            return true;
        }
        catch (ApeTestException e)
        {
            // One that is over needs no stop.
            return e.ExitCode is not ExitCodes.Environment;
        }
    }

    private RunSnapshot Nothing() => new(new RunProgress { Run = string.Empty, Scenario = string.Empty, Status = "queued" }, _stopping);
}
