using System.Diagnostics.Metrics;
using ApeTest.Agent.Journeys;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.ServiceDefaults.Metrics;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Agent.Tests;

public sealed class AgentMetricsTests
{
    [Fact]
    public void Instruments_NamesUnitsBucketsLabels_AreTheContract()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        using var listener = Listen(factory, (instrument, _, tags) => seen[instrument.Name] = Describe(instrument, tags));
        var metrics = new AgentMetrics(factory);

        metrics.SessionStarted("g", TimeSpan.FromSeconds(2));
        metrics.GeneratorUsed(new GeneratorSample(0.5, 1_000_000, 0.01, [TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(20)]));
        metrics.SessionEnded("g", SessionOutcome.AgentError, TimeSpan.FromSeconds(1));
        metrics.Action("login", TimeSpan.FromSeconds(1));
        metrics.Interval(new IntervalSample("g", TimeSpan.FromSeconds(1), default, default, default, default, default));
        metrics.IterationsDropped("duration", 2);
        metrics.Recovery("reauth");
        metrics.Errors([new ErrorMetrics { Type = "http_503", Where = "target", Count = 2 }]);
        metrics.RunStarted("r", "s");
        listener.RecordObservableInstruments();

        Assert.Equal(
            [
                "apetest.action.duration Histogram s fast tool=login",
                "apetest.action.interval Histogram s fast goal=g",
                "apetest.action.part Histogram s fast part=unaccounted",
                "apetest.agents.active ObservableGauge {agent}",
                "apetest.agents.target ObservableGauge {agent}",
                "apetest.errors Counter {error} where=target",
                "apetest.generator.cpu ObservableGauge 1",
                "apetest.generator.delay ObservableGauge s",
                "apetest.generator.gc_pause ObservableGauge 1",
                "apetest.generator.memory ObservableGauge By",
                "apetest.iterations.dropped Counter {iteration} reason=duration",
                "apetest.recoveries Counter {recovery} kind=reauth",
                "apetest.run.info ObservableGauge run=r,scenario=s",
                "apetest.session.duration Histogram s slow goal=g",
                "apetest.session.start_delay Histogram s slow goal=g",
                "apetest.sessions Counter {session} goal=g,outcome=agent_error",
            ],
            seen.Select(pair => $"{pair.Key} {pair.Value}".TrimEnd()));
    }

    [Fact]
    public void Interval_Parts_AddUpToTheInterval()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var parts = new Dictionary<string, double>();
        using var listener = Listen(factory, (instrument, value, tags) =>
        {
            if (instrument.Name == "apetest.action.part")
            {
                parts[(string)tags[0].Value!] = value;
            }
        });

        new AgentMetrics(factory).Interval(new IntervalSample("g", Ms(200), Ms(100), Ms(40), Ms(10), Ms(25), Ms(5)));

        Assert.Equal(
            new Dictionary<string, double> { ["think"] = 0.1, ["model"] = 0.04, ["gateway"] = 0.01, ["target"] = 0.025, ["harness"] = 0.005, ["unaccounted"] = 0.02 },
            parts);
    }

    [Fact]
    public void Action_MoreThan200Tools_TheRestIsOther()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var tools = new HashSet<string>();
        using var listener = Listen(factory, (_, _, tags) => tools.Add((string)tags[0].Value!));
        var metrics = new AgentMetrics(factory);

        for (var i = 0; i < 300; i++)
        {
            metrics.Action($"tool{i}", TimeSpan.Zero);
        }

        Assert.Equal(201, tools.Count);
        Assert.Contains("_other", tools);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Goal_MoreThanTheBound_TheRestIsOtherAndNothingIsLost(bool journeys)
    {
        const int Goals = 300;
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var factory = services.GetRequiredService<IMeterFactory>();
        var seen = new SortedDictionary<string, Dictionary<string, long>>(StringComparer.Ordinal);
        using var listener = Listen(factory, (instrument, _, tags) =>
        {
            foreach (var tag in tags.Where(static tag => tag.Key == "goal"))
            {
                var goals = seen.TryGetValue(instrument.Name, out var known) ? known : seen[instrument.Name] = [];
                goals[(string)tag.Value!] = goals.GetValueOrDefault((string)tag.Value!) + 1;
            }
        });
        var metrics = new AgentMetrics(factory);

        for (var i = 0; i < Goals; i++)
        {
            if (journeys)
            {
                var (slow, fast) = (new BucketCounts(Buckets.Slow), new BucketCounts(Buckets.Fast));
                // One that did not run takes no name.
                metrics.Journey($"idle{i}", slow, slow, fast);
                slow.Record(Ms(20), default);
                fast.Record(Ms(20), default);
                var delays = new BucketCounts(Buckets.Slow);
                delays.Record(Ms(20), default);
                metrics.Journey($"goal{i}", delays, slow, fast);
                metrics.SessionsEnded($"goal{i}", SessionOutcome.Succeeded, 1);
            }
            else
            {
                metrics.SessionStarted($"goal{i}", Ms(20));
                metrics.Interval(new IntervalSample($"goal{i}", Ms(20), default, default, default, default, default));
                metrics.SessionEnded($"goal{i}", SessionOutcome.Succeeded, Ms(20));
            }
        }

        Assert.Equal(["apetest.action.interval", "apetest.session.duration", "apetest.session.start_delay", "apetest.sessions"], seen.Keys);
        Assert.All(seen.Values, static goals =>
        {
            Assert.Equal(AgentMetrics.MaxGoals + 1, goals.Count);
            Assert.Equal(Goals - AgentMetrics.MaxGoals, goals[LabelNames.Other]);
            Assert.All(Enumerable.Range(0, AgentMetrics.MaxGoals), i => Assert.Equal(1, goals[$"goal{i}"]));
        });
    }

    private static TimeSpan Ms(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    private static string Describe(Instrument instrument, KeyValuePair<string, object?>[] tags)
    {
        var bounds = (instrument as Histogram<double>)?.Advice?.HistogramBucketBoundaries;
        var buckets = bounds is null ? "" : bounds.SequenceEqual(Buckets.Fast) ? " fast" : bounds.SequenceEqual(Buckets.Slow) ? " slow" : " other";
        var labels = string.Join(',', tags.Select(tag => $"{tag.Key}={tag.Value}"));
        return $"{instrument.GetType().Name.Split('`')[0]} {instrument.Unit}{buckets} {labels}".Replace("  ", " ", StringComparison.Ordinal).Trim();
    }

    private static MeterListener Listen(IMeterFactory factory, Action<Instrument, double, KeyValuePair<string, object?>[]> seen)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, factory))
                {
                    Assert.Equal(AgentMetrics.MeterName, instrument.Meter.Name);
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => seen(instrument, value, tags.ToArray()));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => seen(instrument, value, tags.ToArray()));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => seen(instrument, value, tags.ToArray()));
        listener.Start();
        return listener;
    }
}
