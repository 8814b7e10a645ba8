using System.Diagnostics.Metrics;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.ServiceDefaults.Metrics.Collection;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Tests.Metrics;

/// <summary>From a measurement to <c>/metrics</c>: what holds whoever writes the text, our own exposition or prometheus-net.</summary>
public sealed class MeasurementTests
{
    [Fact]
    public async Task Record_WithoutAdvice_UsesFastBuckets()
    {
        await using var service = await StartAsync();
        service.Meters.Create("ApeTest.Test").CreateHistogram<double>("apetest.plain", "s").Record(0.003);

        var text = await service.TextAsync();
        foreach (var bound in Buckets.Fast)
        {
            Assert.Contains(FormattableString.Invariant($"apetest_plain_seconds_bucket{{le=\"{bound}\"}} {(bound < 0.003 ? 0 : 1)}\n"), text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Record_Weighted_CountsAsOftenAsItWeighs()
    {
        await using var service = await StartAsync();
        var histogram = service.Meters.Create("ApeTest.Test").CreateHistogram<double>("apetest.weighted", "s");
        histogram.Record(0.003, 1_000, EveryKind.Tag("goal", "buy"));
        histogram.Record(0.003, 0, EveryKind.Tag("goal", "buy"));
        histogram.Record(0.004, EveryKind.Tag("goal", "buy"));

        var text = await service.TextAsync();
        Assert.Contains("apetest_weighted_seconds_bucket{goal=\"buy\",le=\"0.002\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_weighted_seconds_count{goal=\"buy\"} 1001\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_weighted_seconds_sum{goal=\"buy\"} 3.004\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ForeignScope_IsNotListed()
    {
        await using var service = await StartAsync();
        using var foreign = new Meter("ApeTest.Foreign");
        foreign.CreateCounter<long>("apetest.foreign").Add(1);
        using var others = new ServiceCollection().AddMetrics().BuildServiceProvider();
        others.GetRequiredService<IMeterFactory>().Create("ApeTest.Test").CreateCounter<long>("apetest.other").Add(1);

        var text = await service.TextAsync();
        Assert.Contains("process_cpu_seconds_total", text, StringComparison.Ordinal);
        Assert.DoesNotMatch("apetest_(foreign|other)", text);
    }

    [Fact]
    public async Task Get_SeriesBeyondTheBound_AreDroppedAndCounted()
    {
        await using var service = await StartAsync();
        var counter = service.Meters.Create("ApeTest.Test").CreateCounter<long>("apetest.many");
        for (var i = 0; i < Family.MaxSeries + 30; i++)
        {
            counter.Add(1, EveryKind.Tag("id", i));
        }

        var text = await service.TextAsync();
        Assert.Equal(Family.MaxSeries, text.Split('\n').Count(line => line.StartsWith("apetest_many_total{", StringComparison.Ordinal)));
        Assert.Contains("apetest_records_dropped_total{stream=\"metrics\"} 30\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ObservedSeriesNoLongerReported_IsGone()
    {
        await using var service = await StartAsync();
        var reported = true;
        service.Meters.Create("ApeTest.Test").CreateObservableGauge("apetest.seen", () => reported ? [new Measurement<int>(1)] : Array.Empty<Measurement<int>>());

        Assert.Contains("apetest_seen 1\n", await service.TextAsync(), StringComparison.Ordinal);
        reported = false;
        Assert.DoesNotContain("\napetest_seen", await service.TextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_ManyThreads_LosesNothing()
    {
        await using var service = await StartAsync();
        var counter = service.Meters.Create("ApeTest.Test").CreateCounter<long>("apetest.parallel");
        var histogram = service.Meters.Create("ApeTest.Test").CreateHistogram<double>("apetest.times", "s");
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (worker, _) =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                counter.Add(1, EveryKind.Tag("worker", worker % 2));
                histogram.Record(0.5);
            }

            return ValueTask.CompletedTask;
        });

        var text = await service.TextAsync();
        Assert.Contains("apetest_parallel_total{worker=\"0\"} 40000\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_times_seconds_count 80000\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_times_seconds_sum 40000\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_WhatNoSeriesCanHold_IsDroppedAndCounted()
    {
        await using var service = await StartAsync();
        var meter = service.Meters.Create("ApeTest.Test");
        var counter = meter.CreateCounter<double>("apetest.risen");
        counter.Add(1);
        counter.Add(-3);
        var histogram = meter.CreateHistogram<double>("apetest.time", "s");
        histogram.Record(0.5);
        histogram.Record(double.NaN);

        var text = await service.TextAsync();
        Assert.Contains("apetest_risen_total 1\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_time_seconds_count 1\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_time_seconds_sum 0.5\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_records_dropped_total{stream=\"metrics\"} 2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Record_LabelsThatPrometheusKeepsForItself_GetOtherNames()
    {
        await using var service = await StartAsync();
        var meter = service.Meters.Create("ApeTest.Test");
        meter.CreateCounter<long>("9.apetest-odd").Add(1, EveryKind.Tag("__name__", "a"), EveryKind.Tag("1st", "b"), EveryKind.Tag("", "c"));
        meter.CreateHistogram<double>("apetest.time", "s").Record(0.5, EveryKind.Tag("le", "d"));

        var text = await service.TextAsync();
        Assert.Contains("_9_apetest_odd_total{_=\"c\",_1st=\"b\",_name__=\"a\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_time_seconds_count{le_=\"d\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_ObservableCounter_ShowsItsValue()
    {
        await using var service = await StartAsync();
        var value = 0L;
        service.Meters.Create("ApeTest.Test").CreateObservableCounter("apetest.read", () => value);

        Assert.Contains("apetest_read_total 0\n", await service.TextAsync(), StringComparison.Ordinal);
        value = 7;
        Assert.Contains("apetest_read_total 7\n", await service.TextAsync(), StringComparison.Ordinal);
    }

    private static async Task<Measured> StartAsync() => new(await TestService.StartAsync(new ServiceOptions { Service = "gateway" }));

    private sealed record Measured(TestService Service) : IAsyncDisposable
    {
        public IMeterFactory Meters => Service.App.Services.GetRequiredService<IMeterFactory>();

        public Task<string> TextAsync() => Service.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

        public ValueTask DisposeAsync() => Service.DisposeAsync();
    }
}
