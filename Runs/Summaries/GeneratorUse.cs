using ApeTest.Runs.Histograms;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Summaries;

/// <summary>The generator samples of all workers, and whether they say that the generator was the bottleneck.</summary>
internal sealed class GeneratorUse
{
    /// <summary>Share of all cores above which the generator itself slows what it measures.</summary>
    public const double CpuLimit = 0.85;

    /// <summary>Longest acceptable p99 of the thread-pool delay.</summary>
    public static readonly TimeSpan DelayLimit = TimeSpan.FromMilliseconds(100);

    /// <summary>Longest acceptable p99 of the event loops' delay.</summary>
    public static readonly TimeSpan LoopDelayLimit = TimeSpan.FromMilliseconds(50);

    /// <summary>Longest acceptable p95 of the start delay.</summary>
    public static readonly TimeSpan LateStartLimit = TimeSpan.FromMilliseconds(500);

    /// <summary>Largest acceptable share of time paused for garbage collection.</summary>
    public const double GcLimit = 0.10;

    /// <summary>Largest acceptable share of the file descriptors that the process may have.</summary>
    public const double FileLimit = 0.90;

    private readonly SortedDictionary<string, Worker> _workers = new(StringComparer.Ordinal);
    private readonly Histogram _delay = new();

    /// <summary>Mean CPU share of the busiest worker; null without samples.</summary>
    public double? Cpu => _workers.Count == 0 ? null : _workers.Values.Max(worker => worker.Cpu / worker.Samples);

    /// <summary>CPU share of the busiest worker in its latest sample.</summary>
    public double? CpuNow => _workers.Count == 0 ? null : _workers.Values.Max(worker => worker.CpuNow);

    /// <summary>Largest resident memory of each worker, summed.</summary>
    public long? RssBytes => _workers.Count == 0 ? null : _workers.Values.Sum(worker => worker.RssBytes);

    /// <summary>Mean share of garbage collection pauses of the most paused worker.</summary>
    public double? GcPauseShare => _workers.Count == 0 ? null : _workers.Values.Max(worker => worker.GcPauseShare / worker.Samples);

    /// <summary>p99 over all samples.</summary>
    public TimeSpan? DelayP99 => _delay.ValueAt(99);

    /// <summary>
    /// p99 of how late timers of the worst worker's event loops ended: that of each second, averaged by its timers, so that one bad second
    /// of many counts as that. Null where no loop ran.
    /// </summary>
    public TimeSpan? LoopDelayP99 => _workers.Values.Max(worker => worker.Timers == 0 ? (TimeSpan?)null : TimeSpan.FromSeconds(worker.LoopDelay / worker.Timers));

    public void Add(string worker, GeneratorSample sample)
    {
        if (!_workers.TryGetValue(worker, out var use))
        {
            _workers[worker] = use = new Worker();
        }
        use.Samples++;
        use.Cpu += sample.Cpu;
        use.CpuNow = sample.Cpu;
        use.GcPauseShare += sample.GcPauseShare;
        use.RssBytes = Math.Max(use.RssBytes, sample.RssBytes);
        foreach (var delay in sample.ThreadPoolDelays)
        {
            _delay.Record(delay);
        }
        foreach (var loop in sample.Loops.IsDefault ? [] : sample.Loops)
        {
            use.Timers += loop.Timers;
            use.LoopDelay += loop.P99.TotalSeconds * loop.Timers;
        }
        if (sample is { OpenFiles: { } open, FileLimit: > 0 and var limit } && open > use.OpenFiles)
        {
            (use.OpenFiles, use.FileLimit) = (open, limit);
        }
    }

    /// <summary>Reasons to suspect the figures, each with the value and the limit.</summary>
    public IEnumerable<string> Suspicions(Histogram startDelay)
    {
        if (Cpu > CpuLimit)
        {
            yield return FormattableString.Invariant($"generator_cpu: {Cpu:0.00} of all cores (limit {CpuLimit:0.00})");
        }
        if (DelayP99 > DelayLimit)
        {
            yield return FormattableString.Invariant(
                $"threadpool_delay: p99 {DelayP99.Value.TotalSeconds:0.000} s (limit {DelayLimit.TotalSeconds:0.000} s)");
        }
        if (LoopDelayP99 > LoopDelayLimit)
        {
            yield return FormattableString.Invariant(
                $"loop_delay: p99 {LoopDelayP99.Value.TotalSeconds:0.000} s (limit {LoopDelayLimit.TotalSeconds:0.000} s)");
        }
        if (GcPauseShare > GcLimit)
        {
            yield return FormattableString.Invariant($"gc_pauses: {GcPauseShare:0.00} of the time (limit {GcLimit:0.00})");
        }
        foreach (var worker in _workers.Values)
        {
            if (worker.OpenFiles > worker.FileLimit * FileLimit)
            {
                yield return FormattableString.Invariant($"file_descriptors: {worker.OpenFiles} of {worker.FileLimit} in use (limit {FileLimit:0.00} of them)");
            }
        }
        if (startDelay.ValueAt(95) is { } late && late > LateStartLimit)
        {
            yield return FormattableString.Invariant(
                $"late_starts: p95 {late.TotalSeconds:0.000} s (limit {LateStartLimit.TotalSeconds:0.000} s)");
        }
    }

    private sealed class Worker
    {
        public int Samples { get; set; }

        public double Cpu { get; set; }

        public double CpuNow { get; set; }

        public double GcPauseShare { get; set; }

        public long RssBytes { get; set; }

        public long Timers { get; set; }

        public double LoopDelay { get; set; }

        public int OpenFiles { get; set; }

        public long FileLimit { get; set; }
    }
}
