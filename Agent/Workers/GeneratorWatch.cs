using ApeTest.Runs.Recording;

namespace ApeTest.Agent.Workers;

/// <summary>The worker's own resource use, to tell a slow target from a slow generator. One sample a second; not thread-safe.</summary>
internal sealed class GeneratorWatch(TimeProvider time)
{
    private long _at = time.GetTimestamp();
    private TimeSpan _cpu = Environment.CpuUsage.TotalTime;
    private TimeSpan _pause = GC.GetTotalPauseDuration();
    private Probe? _probe;

    /// <summary>Resource use since the previous sample. The probe that a call queues is read by the next one.</summary>
    public GeneratorSample Sample()
    {
        var now = time.GetTimestamp();
        var elapsed = Math.Max(time.GetElapsedTime(_at, now).TotalSeconds, 1e-6);
        var cpu = Environment.CpuUsage.TotalTime;
        var pause = GC.GetTotalPauseDuration();
        var sample = new GeneratorSample(
            Math.Clamp((cpu - _cpu).TotalSeconds / (elapsed * Environment.ProcessorCount), 0, 1),
            Environment.WorkingSet,
            Math.Clamp((pause - _pause).TotalSeconds / elapsed, 0, 1),
            // A probe that still waits has waited at least until now.
            _probe is { } probe ? time.GetElapsedTime(probe.Queued, Volatile.Read(ref probe.Ran) is var ran and not 0 ? ran : now) : TimeSpan.Zero);
        (_at, _cpu, _pause) = (now, cpu, pause);
        _probe = new Probe(time);
        ThreadPool.UnsafeQueueUserWorkItem(_probe, preferLocal: false);
        return sample;
    }

    private sealed class Probe(TimeProvider time) : IThreadPoolWorkItem
    {
        public readonly long Queued = time.GetTimestamp();
        public long Ran;

        public void Execute() => Volatile.Write(ref Ran, Math.Max(1, time.GetTimestamp()));
    }
}
