using System.Collections.Immutable;
using ApeTest.Runs.Recording;
using ApeTest.ServiceDefaults.Hosting;

namespace ApeTest.Agent.Workers;

/// <summary>
/// The worker's own resource use, to tell a slow target from a slow generator. A timer ticks ten times a second, and how late its ticks
/// come to run is the thread pool's delay: what every think time and every answer of the run waits for too.
/// </summary>
internal sealed class GeneratorWatch : IDisposable
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FilesInterval = TimeSpan.FromSeconds(5);

    // Counting 10,000 files takes tens of milliseconds: never more than a 500th of the time.
    private const int MostFilesShare = 500;

    // A sampler that is itself starved must not hoard: ten seconds of ticks.
    private const int MostDelays = 100;

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Lock _gate = new();
    private readonly ImmutableArray<TimeSpan>.Builder _delays = ImmutableArray.CreateBuilder<TimeSpan>();
    private long _ticked;
    private long _at;
    private TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private TimeSpan _pause = GC.GetTotalPauseDuration();
    private long? _filesAt;
    private TimeSpan _filesRest = FilesInterval;

    public GeneratorWatch(TimeProvider time)
    {
        _time = time;
        _at = _ticked = time.GetTimestamp();
        _timer = time.CreateTimer(static watch => ((GeneratorWatch)watch!).OnTick(), this, Tick, Tick);
    }

    /// <summary>Resource use since the previous call. Not thread-safe; once a second.</summary>
    public GeneratorSample Sample()
    {
        var now = _time.GetTimestamp();
        var elapsed = Math.Max(_time.GetElapsedTime(_at, now).TotalSeconds, 1e-6);
        var cpu = Environment.CpuUsage.TotalTime;
        var pause = GC.GetTotalPauseDuration();
        var files = Files(now);
        var sample = new GeneratorSample(
            Math.Clamp((cpu - _cpu).TotalSeconds / (elapsed * Environment.ProcessorCount), 0, 1),
            Environment.WorkingSet,
            Math.Clamp((pause - _pause).TotalSeconds / elapsed, 0, 1),
            TakeDelays(now),
            files,
            files is null ? null : FileDescriptors.Limit());
        (_at, _cpu, _pause) = (now, cpu, pause);
        return sample;
    }

    public void Dispose() => _timer.Dispose();

    private void OnTick()
    {
        var now = _time.GetTimestamp();
        lock (_gate)
        {
            Add(_time.GetElapsedTime(_ticked, now) - Tick);
            _ticked = now;
        }
    }

    private ImmutableArray<TimeSpan> TakeDelays(long now)
    {
        lock (_gate)
        {
            // A tick that has not come at all is late by now.
            if (_time.GetElapsedTime(_ticked, now) - Tick is var overdue && overdue > Tick)
            {
                Add(overdue);
            }
            return _delays.DrainToImmutable();
        }
    }

    private void Add(TimeSpan delay)
    {
        if (_delays.Count < MostDelays)
        {
            // A tick that follows a late one comes early.
            _delays.Add(delay > TimeSpan.Zero ? delay : TimeSpan.Zero);
        }
    }

    /// <summary>File descriptors, now and then: with thousands of them, counting takes milliseconds.</summary>
    private int? Files(long now)
    {
        if (_filesAt is { } last && _time.GetElapsedTime(last, now) < _filesRest)
        {
            return null;
        }
        var open = FileDescriptors.Open();
        var cost = _time.GetElapsedTime(now) * MostFilesShare;
        (_filesAt, _filesRest) = (now, cost > FilesInterval ? cost : FilesInterval);
        return open;
    }
}
