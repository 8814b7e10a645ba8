using ApeTest.Cli.Commands.Logs;
using ApeTest.Cli.Rendering;
using ApeTest.Runs.Control;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Progress;

/// <summary>What the keys of a live view have set in motion. Not thread-safe but for the log, which comes from elsewhere.</summary>
internal sealed class LiveKeys(ILiveControls controls, TimeProvider time) : IAsyncDisposable
{
    private const double Step = 0.1;
    private static readonly TimeSpan NoteTime = TimeSpan.FromSeconds(4);

    private readonly Queue<string> _log = new();
    private readonly LogText _text = new(new Paint(false));
    private CancellationTokenSource? _following;
    private Task _followed = Task.CompletedTask;
    private Task<string>? _scaling;
    private string? _note;
    private DateTimeOffset _noted;
    private (int Agents, DateTimeOffset At)? _asked;
    private bool _isHelpShown;

    /// <summary>The keys in one line.</summary>
    public string Hint => $"q {controls.QuitWord}   + - agents   l log   ? help";

    /// <summary>What the last key did; null some seconds later.</summary>
    public string? Note
    {
        get
        {
            if (_scaling is { IsCompleted: true } done)
            {
                Tell(done.IsCompletedSuccessfully ? done.Result : done.Exception?.GetBaseException().Message ?? "not scaled");
                _scaling = null;
            }
            return time.GetUtcNow() - _noted < NoteTime ? _note : null;
        }
    }

    /// <summary>The end of the log; null while it is not shown.</summary>
    public IReadOnlyList<string>? Log
    {
        get
        {
            lock (_log)
            {
                return _following is null ? null : [.. _log];
            }
        }
    }

    /// <summary>The keys, explained; null while they are not.</summary>
    public IReadOnlyList<string>? Help => !_isHelpShown ? null :
    [
        $"q        {(controls.QuitWord == "stop" ? "stop: no new sessions, the running ones finish; again: cancel them" : "leave; the run goes on")}",
        "+  -     ten per cent more or fewer agents",
        "l        show or hide the end of the log",
        "?        show or hide this",
        "Ctrl+C   as q",
        "",
        "at the model, at the target: agents by what they wait for, from the parts of the last 10 s",
        "MTBA     mean time between the actions of a session; active: without think time",
        "TTFT     time to the model's first token",
        "bars     a second each, the newest on the right",
    ];

    /// <summary>Does what a key means; others mean nothing.</summary>
    public void Press(char key, RunProgress progress)
    {
        switch (key)
        {
            case 'q' or 'Q':
                controls.Quit();
                break;
            case '+' or '=':
                Scale(progress, 1);
                break;
            case '-' or '_':
                Scale(progress, -1);
                break;
            case 'l' or 'L':
                ToggleLog();
                break;
            case '?' or 'h' or 'H':
                _isHelpShown = !_isHelpShown;
                break;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_following is { } following)
        {
            await following.CancelAsync();
            following.Dispose();
        }
        await _followed;
    }

    private void Scale(RunProgress progress, int direction)
    {
        var now = time.GetUtcNow();
        // What was asked for a moment ago may not have come round yet: the next step counts from there.
        var from = _asked is { } asked && now - asked.At < TimeSpan.FromSeconds(2) ? asked.Agents : progress.AgentsTarget;
        var agents = Math.Max(1, from + (direction * Math.Max(1, (int)Math.Round(from * Step))));
        if (_scaling is { IsCompleted: false })
        {
            return;
        }
        _asked = (agents, now);
        _scaling = controls.ScaleAsync(agents, CancellationToken.None);
    }

    private void ToggleLog()
    {
        lock (_log)
        {
            if (_following is { } following)
            {
                following.Cancel();
                following.Dispose();
                _following = null;
                _log.Clear();
                return;
            }
            _following = new CancellationTokenSource();
            _followed = FollowAsync(_followed, _following.Token);
        }
    }

    private async Task FollowAsync(Task before, CancellationToken cancellationToken)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            await foreach (var lines in controls.FollowLogAsync(cancellationToken))
            {
                lock (_log)
                {
                    foreach (var line in lines.Skip(Math.Max(0, lines.Count - LogTail.Most)))
                    {
                        if (_log.Count == LogTail.Most)
                        {
                            _log.Dequeue();
                        }
                        _log.Enqueue(_text.Format(line));
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Hidden again, or the view has ended.
        }
        catch (ApeTestException exception)
        {
            Tell(exception.Message);
        }
    }

    private void Tell(string note) => (_note, _noted) = (note, time.GetUtcNow());
}
