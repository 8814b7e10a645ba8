using System.Diagnostics.Metrics;
using ApeTest.ServiceDefaults.Metrics;
using Microsoft.Extensions.Options;
using ApeTest.ServiceDefaults.Metrics.Exposition;
using ApeTest.ServiceDefaults.Tests.Golden;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Tests.Metrics.Exposition;

public sealed class ExpositionTextTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly IMeterFactory _meters;
    private readonly RecordsDropped _dropped;
    private readonly MetricsRegistry _registry;

    public ExpositionTextTests()
    {
        _meters = _services.GetRequiredService<IMeterFactory>();
        _dropped = new RecordsDropped(_meters);
        _registry = new MetricsRegistry(_meters, _dropped, Options.Create(new UnaskedMeters()), TimeProvider.System);
    }

    public void Dispose()
    {
        _registry.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Write_EveryKindOfInstrument_MatchesGoldenFile()
    {
        var meter = _meters.Create("ApeTest.Test");
        var sessions = meter.CreateCounter<long>("apetest.sessions", "{session}", "Sessions by outcome.\nSecond line \\ here.");
        sessions.Add(2, Tag("goal", "buy \"coffee\"\n\\"), Tag("outcome", "succeeded"));
        sessions.Add(1, Tag("outcome", "succeeded"), Tag("goal", "buy \"coffee\"\n\\"));
        sessions.Add(1, Tag("goal", "other"), Tag("outcome", "failed"));
        meter.CreateCounter<double>("apetest.llm.cost", "usd").Add(0.25, Tag("provider", "builtin"));
        var active = meter.CreateUpDownCounter<int>("apetest.agents.active", "{agent}");
        active.Add(5);
        active.Add(-2);
        var level = meter.CreateGauge<double>("apetest.level", "1");
        level.Record(5);
        level.Record(2.5);
        meter.CreateObservableGauge("apetest.run.info", () => new Measurement<int>(1, Tag("run", "r1"), Tag("scenario", "shop"), Tag("nothing", null)));
        meter.CreateObservableCounter("apetest.bytes", () => 1024L, "By");
        var duration = meter.CreateHistogram(
            "apetest.action.duration", "s", "Time of one action.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 0.5, 1] });
        duration.Record(0.1);
        duration.Record(0.25);
        duration.Record(3);
        var usage = meter.CreateHistogram(
            "gen_ai.client.token.usage", "{token}", null, tags: null, new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 10] });
        usage.Record(7, Tag("gen_ai.token.type", "input"));
        _ = meter.CreateCounter<long>("apetest.never.measured");

        GoldenFile.Equal("metrics.txt", ExpositionText.Write(_registry.Collect()));
    }

    [Fact]
    public void Histogram_WithoutAdvice_UsesFastBuckets()
    {
        _meters.Create("ApeTest.Test").CreateHistogram<double>("apetest.plain", "s").Record(0.003);

        var text = ExpositionText.Write(_registry.Collect());
        foreach (var bound in Buckets.Fast)
        {
            Assert.Contains(FormattableString.Invariant($"apetest_plain_seconds_bucket{{le=\"{bound}\"}} {(bound < 0.003 ? 0 : 1)}\n"), text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Record_Weighted_CountsAsOftenAsItWeighs()
    {
        var histogram = _meters.Create("ApeTest.Test").CreateHistogram<double>("apetest.weighted", "s");
        histogram.Record(0.003, 1_000, Tag("goal", "buy"));
        histogram.Record(0.003, 0, Tag("goal", "buy"));
        histogram.Record(0.004, Tag("goal", "buy"));

        var text = ExpositionText.Write(_registry.Collect());
        Assert.Contains("apetest_weighted_seconds_bucket{goal=\"buy\",le=\"0.002\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_weighted_seconds_count{goal=\"buy\"} 1001\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_weighted_seconds_sum{goal=\"buy\"} 3.004\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Collect_ForeignScope_IsNotListed()
    {
        using var foreign = new Meter("ApeTest.Foreign");
        foreign.CreateCounter<long>("apetest.foreign").Add(1);
        using var others = new ServiceCollection().AddMetrics().BuildServiceProvider();
        others.GetRequiredService<IMeterFactory>().Create("ApeTest.Test").CreateCounter<long>("apetest.other").Add(1);

        Assert.Equal(string.Empty, ExpositionText.Write(_registry.Collect()));
    }

    [Fact]
    public void Collect_SeriesBeyondTheBound_AreDroppedAndCounted()
    {
        var counter = _meters.Create("ApeTest.Test").CreateCounter<long>("apetest.many");
        for (var i = 0; i < Family.MaxSeries + 30; i++)
        {
            counter.Add(1, Tag("id", i));
        }

        var family = _registry.Collect().Single(one => one.Family.Name == "apetest_many_total");
        Assert.Equal(Family.MaxSeries, family.Series.Length);
        Assert.Equal(30, _dropped.Total);
        Assert.Contains("apetest_records_dropped_total{stream=\"metrics\"} 30\n", ExpositionText.Write(_registry.Collect()), StringComparison.Ordinal);
    }

    [Fact]
    public void Collect_ObservedSeriesNoLongerReported_IsGone()
    {
        var reported = true;
        _meters.Create("ApeTest.Test").CreateObservableGauge("apetest.seen", () => reported ? [new Measurement<int>(1)] : Array.Empty<Measurement<int>>());

        Assert.Contains("apetest_seen 1\n", ExpositionText.Write(_registry.Collect()), StringComparison.Ordinal);
        reported = false;
        Assert.DoesNotContain("apetest_seen", ExpositionText.Write(_registry.Collect()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Add_ManyThreads_LosesNothing()
    {
        var counter = _meters.Create("ApeTest.Test").CreateCounter<long>("apetest.parallel");
        var histogram = _meters.Create("ApeTest.Test").CreateHistogram<double>("apetest.times", "s");
        await Parallel.ForAsync(0, 8, TestContext.Current.CancellationToken, (worker, _) =>
        {
            for (var i = 0; i < 10_000; i++)
            {
                counter.Add(1, Tag("worker", worker % 2));
                histogram.Record(0.5);
            }

            return ValueTask.CompletedTask;
        });

        var text = ExpositionText.Write(_registry.Collect());
        Assert.Contains("apetest_parallel_total{worker=\"0\"} 40000\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_times_seconds_count 80000\n", text, StringComparison.Ordinal);
        Assert.Contains("apetest_times_seconds_sum 40000\n", text, StringComparison.Ordinal);
    }

    private static KeyValuePair<string, object?> Tag(string key, object? value)
    {
        return new(key, value);
    }
}
