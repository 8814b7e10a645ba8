using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Observability.ControlApi;

namespace ApeTest.Observability.Dashboard;

/// <summary>
/// One run for all who watch it: rendered once a second, however many they are, and only while somebody is. Each viewer takes the parts that are newer than
/// those it has; one that does not keep up skips what lies between and holds nobody up.
/// </summary>
internal sealed partial class RunBroadcast(KnownRun run, PageRenderer renderer, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ImmutableArray<BroadcastPart> _parts = [];
    private TaskCompletionSource _changed = NewSignal();
    private CancellationTokenSource? _rendering;
    private int _viewers;
    private long _version;
    private bool _ended;

    /// <summary>How often it was rendered.</summary>
    public long Renderings { get; private set; }

    /// <summary>Somebody watches from now on, until what is returned is disposed.</summary>
    public IDisposable Join()
    {
        lock (_lock)
        {
            if (_viewers++ == 0 && !_ended)
            {
                _rendering = new CancellationTokenSource();
                _ = RenderAsync(_rendering.Token);
            }
        }
        return new Viewer(this);
    }

    /// <summary>The parts newer than <paramref name="version"/>, whether they are the last, and what completes when there are others.</summary>
    public (ImmutableArray<BroadcastPart> Parts, bool Ended, Task Changed) Since(long version)
    {
        lock (_lock)
        {
            return ([.. _parts.Where(part => part.Version > version)], _ended, _changed.Task);
        }
    }

    private async Task RenderAsync(CancellationToken cancellationToken)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        using var parts = new RunParts(run, renderer);
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            var tick = timer.WaitForNextTickAsync(cancellationToken).AsTask();
            while (true)
            {
                // Before rendering, so that the last rendering has the final figures.
                var over = run.IsOver;
                Take(await parts.RenderAsync(cancellationToken), over);
                if (over)
                {
                    return;
                }
                // A second, or less where the run ends meanwhile: its process may not live much longer.
                await Task.WhenAny(tick, run.Collected?.Completion ?? (Task)tick);
                cancellationToken.ThrowIfCancellationRequested();
                if (tick.IsCompleted)
                {
                    await tick;
                    tick = timer.WaitForNextTickAsync(cancellationToken).AsTask();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody watches any more.
        }
        catch (Exception error)
        {
            LogRenderFailed(error);
            Take([], over: true);
        }
    }

    private void Take(IReadOnlyList<(string Id, string Html)> rendered, bool over)
    {
        TaskCompletionSource changed;
        lock (_lock)
        {
            Renderings++;
            _version++;
            foreach (var (id, html) in rendered)
            {
                var known = _parts.FirstOrDefault(part => part.Id == id);
                if (known?.Html == html)
                {
                    continue;
                }
                var part = new BroadcastPart(id, html, JsonSerializer.Serialize(html, BroadcastJson.Default.String), _version);
                _parts = known is null ? _parts.Add(part) : _parts.Replace(known, part);
            }
            _ended |= over;
            (changed, _changed) = (_changed, NewSignal());
        }
        changed.TrySetResult();
    }

    private void Leave()
    {
        lock (_lock)
        {
            if (--_viewers == 0)
            {
                _rendering?.Cancel();
                _rendering?.Dispose();
                _rendering = null;
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    [LoggerMessage(EventId = 1, EventName = "dashboard.render_failed", Level = LogLevel.Error, Message = "The page of a run cannot be rendered.")]
    private partial void LogRenderFailed(Exception error);

    private sealed class Viewer(RunBroadcast owner) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
            {
                owner.Leave();
            }
        }
    }
}
