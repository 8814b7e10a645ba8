using BenchmarkDotNet.Attributes;

namespace ApeTest.Journey_Bench;

/// <summary>What a step costs beside its transport: rendering the request, reading the answer, and a whole session of five.</summary>
[MemoryDiagnoser]
public class StepBenchmark
{
    private const int Login = 0;
    private const int List = 1;
    private const int Cart = 2;
    private const int Steps = 5;

    private BenchJourney _journey = null!;
    private int _session;

    [GlobalSetup]
    public void Setup() => _journey = new BenchJourney();

    [GlobalCleanup]
    public void Cleanup() => _journey.Dispose();

    /// <summary>A JSON body with two columns of a feed.</summary>
    [Benchmark]
    public int RenderLogin() => _journey.Render(Login);

    /// <summary>A header and a JSON body with an extracted value each.</summary>
    [Benchmark]
    public int RenderCart() => _journey.Render(Cart);

    /// <summary>Status and one value out of 45 bytes.</summary>
    [Benchmark]
    public void ReadLogin() => _journey.Read(Login);

    /// <summary>Status and the first of 20 items out of 1.6 KB.</summary>
    [Benchmark]
    public void ReadList() => _journey.Read(List);

    /// <summary>A session: begin, render and read each step; a fifth of it, a request's share.</summary>
    [Benchmark(OperationsPerInvoke = Steps, Baseline = true)]
    public void Session()
    {
        _journey.Begin(_session++ & 0xffff);
        for (var step = 0; step < Steps; step++)
        {
            _journey.Render(step);
            _journey.Read(step);
        }
    }
}
