using ApeTest.Observability.ControlApi;

namespace ApeTest.Observability.Dashboard;

/// <summary>The runs that somebody watches. Bounded: a viewer more than <see cref="MostViewers"/> is turned away.</summary>
internal sealed class Broadcasts(PageRenderer renderer, TimeProvider time, ILoggerFactory loggers)
{
    /// <summary>Most viewers at a time, of all runs.</summary>
    public const int MostViewers = 64;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (RunBroadcast Broadcast, int Viewers)> _runs = new(StringComparer.Ordinal);

    /// <summary>Begins to watch; null where there are too many who do.</summary>
    public BroadcastSeat? Join(KnownRun run)
    {
        var id = run.Directory.Run;
        lock (_lock)
        {
            if (_runs.Values.Sum(static entry => entry.Viewers) >= MostViewers)
            {
                return null;
            }
            var (broadcast, viewers) = _runs.TryGetValue(id, out var known) ? known : (new RunBroadcast(run, renderer, time, loggers.CreateLogger<RunBroadcast>()), 0);
            _runs[id] = (broadcast, viewers + 1);
            return new BroadcastSeat(broadcast, broadcast.Join(), () => Leave(id));
        }
    }

    private void Leave(string id)
    {
        lock (_lock)
        {
            var (broadcast, viewers) = _runs[id];
            if (viewers == 1)
            {
                _runs.Remove(id);
            }
            else
            {
                _runs[id] = (broadcast, viewers - 1);
            }
        }
    }
}

/// <summary>A viewer's place.</summary>
internal sealed class BroadcastSeat(RunBroadcast broadcast, IDisposable viewer, Action leave) : IDisposable
{
    /// <summary>What is watched.</summary>
    public RunBroadcast Broadcast => broadcast;

    public void Dispose()
    {
        viewer.Dispose();
        leave();
    }
}
