using System.Diagnostics;
using System.Diagnostics.Metrics;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Gateway_Bench;

/// <summary>What <see cref="TargetPolicy"/> alone costs a request: judge, headers, fault draw, and counting in real instruments that somebody listens to.</summary>
[MemoryDiagnoser]
public class PolicyBenchmark
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MeterListener _listener = new();
    private readonly Uri _url = new("http://127.0.0.1:5080/products/17?fields=name");
    private TargetPolicy _policy = null!;
    private TargetPolicy _ruled = null!;
    private long _measured;

    internal static void Run() => BenchmarkRunner.Run<PolicyBenchmark>(ManualConfig.CreateMinimumViable()
        .AddJob(Job.MediumRun.WithToolchain(InProcessNoEmitToolchain.Instance)));

    [GlobalSetup]
    public void Setup()
    {
        var factory = _services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = static (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _listener.SetMeasurementEventCallback<long>((_, value, _, _) => _measured += value);
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => _measured++);
        _listener.Start();
        _policy = new TargetPolicy(new GatewayFile { Targets = [new TargetOptions { Name = "shop", Url = "http://127.0.0.1:5080" }] }, new TargetMetrics(factory));
        _ruled = new TargetPolicy(
            new GatewayFile
            {
                Targets =
                [
                    new TargetOptions
                    {
                        Name = "shop", Url = "http://127.0.0.1:5080", Hosts = ["static.example.com", "10.0.0.7:8080"],
                        Headers = { ["X-Tenant"] = "bench" }, Deny = ["DELETE /admin/**", "* /internal/**"], Allow = ["DELETE /carts/*"],
                    },
                ],
                Faults = [new FaultOptions { Route = "POST /orders/**", Share = 0.1, Status = 503 }],
            },
            new TargetMetrics(factory));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _listener.Dispose();
        _services.Dispose();
    }

    /// <summary>An unsampled request of an agent, as it comes with its trace.</summary>
    [Benchmark(Baseline = true)]
    public bool Unsampled() => Once(_policy, ActivityTraceFlags.None);

    /// <summary>A sampled one.</summary>
    [Benchmark]
    public bool Sampled() => Once(_policy, ActivityTraceFlags.Recorded);

    /// <summary>With hosts, headers, deny and allow rules and a fault on another route.</summary>
    [Benchmark]
    public bool WithRules() => Once(_ruled, ActivityTraceFlags.None);

    private bool Once(TargetPolicy policy, ActivityTraceFlags flags)
    {
        var request = new TargetRequest
        {
            Method = HttpMethod.Get,
            Url = _url,
            Target = "shop",
            Trace = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), flags),
        };
        var verdict = policy.Prepare(ref request);
        var exchange = new TargetExchange { Headers = [], Target = "shop", Status = 200, Trace = request.Trace, Timing = new TargetTiming(default, default, default, 0, "none") };
        policy.Complete(in exchange);
        return verdict.Allowed;
    }
}
