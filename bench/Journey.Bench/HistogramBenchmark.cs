using ApeTest.Runs.Histograms;
using BenchmarkDotNet.Attributes;

namespace ApeTest.Journey_Bench;

/// <summary>What recording a duration costs, and what reading and merging cost once a second.</summary>
[MemoryDiagnoser]
public class HistogramBenchmark
{
    private const int Values = 4096;

    private readonly TimeSpan[] _latencies = new TimeSpan[Values];
    private readonly Histogram _full = new();
    private readonly Histogram _other = new();
    private readonly Histogram _sum = new();
    private int _next;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(7);
        for (var i = 0; i < Values; i++)
        {
            // Lognormal about 2 ms: five to six octaves, as latencies of one operation have.
            _latencies[i] = TimeSpan.FromMilliseconds(2 * Math.Exp(0.6 * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble())));
            _full.Record(_latencies[i]);
            _other.Record(_latencies[i] * 1.5);
        }
        _sum.Add(_full);
        _sum.Add(_other);
    }

    /// <summary>One duration.</summary>
    [Benchmark(Baseline = true)]
    public void Record() => _full.Record(_latencies[_next++ & (Values - 1)]);

    /// <summary>The 99th percentile of many.</summary>
    [Benchmark]
    public TimeSpan? P99() => _full.ValueAt(99);

    /// <summary>One histogram added to another.</summary>
    [Benchmark]
    public void Add() => _sum.Add(_other);

    /// <summary>64 durations of one operation in one second of one block, in a histogram of its own.</summary>
    [Benchmark(OperationsPerInvoke = 64)]
    public Histogram Few()
    {
        var few = new Histogram();
        for (var i = 0; i < 64; i++)
        {
            few.Record(_latencies[i]);
        }
        return few;
    }
}
