using ApeTest.Targets.Policy;
using ApeTest.Targets.Raw;
using BenchmarkDotNet.Attributes;

namespace ApeTest.Journey_Bench;

/// <summary>What <see cref="TargetPolicy"/> costs a request that is bytes: the judgement, the head with its trace, and counting. The other way: bench/policy.sh.</summary>
[MemoryDiagnoser]
public class RawPolicyBenchmark
{
    private const int Cart = 2;

    private readonly byte[] _bytes = new byte[16 * 1024];
    private BenchJourney _journey = null!;
    private RawCounts _counts = null!;
    private ulong _span;

    [GlobalSetup]
    public void Setup()
    {
        _journey = new BenchJourney();
        _journey.Render(Cart);
        _counts = new RawCounts(_journey.Policy.Metrics, TimeProvider.System);
    }

    [GlobalCleanup]
    public void Cleanup() => _journey.Dispose();

    /// <summary>Whether it may go.</summary>
    [Benchmark(Baseline = true)]
    public bool Judge() => _journey.Policy.Prepare(_journey.Request.Route, _journey.Request).Allowed;

    /// <summary>Request line, headers, trace and body into one block of bytes.</summary>
    [Benchmark]
    public int Write()
    {
        _journey.Request.Trace = new RawTrace(1, 2, ++_span, Sampled: false);
        return _journey.Request.Route.Head!.Write(_journey.Request, _bytes);
    }

    /// <summary>Counted for somebody who listens.</summary>
    [Benchmark]
    public void Count()
    {
        var answer = _journey.AnswerTo(Cart);
        answer.Ended = TimeProvider.System.GetTimestamp();
        _counts.Add(_journey.Request.Route, answer);
    }
}
