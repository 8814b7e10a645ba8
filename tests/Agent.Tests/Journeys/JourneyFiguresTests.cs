using System.Diagnostics;
using System.Diagnostics.Metrics;
using ApeTest.Agent.Tests.Fakes;

namespace ApeTest.Agent.Tests.Journeys;

/// <summary>Figures of journeys: those of the summary, and the live ones.</summary>
public sealed class JourneyFiguresTests
{
    private const string Yaml = "agents: 1\ntelemetry: { sample: 0 }\njourneys: [ { name: j, think: 200ms..800ms, steps: [ { name: a, get: /a }, { name: b, get: /b }, { name: c, get: /c, continue: true } ] } ]";

    [Fact]
    public async Task RunAsync_Intervals_AreExplainedByTheirParts()
    {
        await using var harness = new JourneyHarness(Yaml, (_, n) => new RawReply { Latency = TimeSpan.FromMilliseconds(1 + n) });

        for (var i = 0; i < 5; i++)
        {
            await harness.StartAsync();
        }
        var metrics = harness.Metrics();

        var intervals = metrics.Intervals;
        Assert.Equal((15, 10), (metrics.Actions.Total, intervals.Overall.Count));
        var known = intervals.Think + intervals.Model + intervals.Gateway + intervals.Target + intervals.Harness;
        Assert.InRange(intervals.Overall.Sum.Ticks - known, 0, intervals.Overall.Sum.Ticks / 100);
        Assert.Equal(harness.Thread.Pauses.Sum(pause => pause.Ticks), intervals.Think);
        Assert.Equal(harness.Target.Seen.Count, metrics.Http.Values.Sum(operation => operation.Count));
    }

    [Fact]
    public async Task ArriveAsync_LateStart_CountsFromTheIntendedOne()
    {
        await using var harness = new JourneyHarness(Yaml);

        await harness.ArriveAsync(arrival: 7, late: TimeSpan.FromSeconds(3));
        var metrics = harness.Metrics();

        Assert.Equal(3.01, metrics.Http["a"].FromIntended.Mean!.Value.TotalSeconds, 6);
        Assert.Equal((1, 0, 0), (metrics.Http["a"].FromIntended.Count, metrics.Http["b"].FromIntended.Count, metrics.Http["c"].FromIntended.Count));
        Assert.Equal(0.01, metrics.Http["a"].Duration.Mean!.Value.TotalSeconds, 6);
        Assert.Equal(3.03 + harness.Thread.Pauses.Sum(pause => pause.TotalSeconds), metrics.SessionDuration.Mean!.Value.TotalSeconds, 6);
        Assert.Equal(3, metrics.StartDelay.Mean!.Value.TotalSeconds, 6);
    }

    [Fact]
    public async Task ArriveAsync_WaitForASharedConnection_IsTheGeneratorsTimeAndInTheIntendedLatency()
    {
        await using var harness = new JourneyHarness(JourneyHarness.Sampled + "journeys: [ { name: j, steps: [ { name: a, get: /a }, { name: b, get: /b } ] } ]",
            (_, n) => new RawReply { Queued = TimeSpan.FromSeconds(n + 1) });

        await harness.ArriveAsync(arrival: 0, late: TimeSpan.Zero);
        var metrics = harness.Metrics();

        Assert.Equal(1.01, metrics.Http["a"].FromIntended.Mean!.Value.TotalSeconds, 6);
        Assert.All(metrics.Http.Values, operation => Assert.Equal(0.01, operation.Duration.Mean!.Value.TotalSeconds, 6));
        Assert.Equal((TimeSpan.FromSeconds(2).Ticks, TimeSpan.FromMilliseconds(10).Ticks), (metrics.Intervals.Harness, metrics.Intervals.Target));
    }

    [Fact]
    public async Task StartAsync_ClosedModel_HasNoIntendedStart()
    {
        await using var harness = new JourneyHarness(Yaml);

        await harness.StartAsync();

        Assert.All(harness.Metrics().Http.Values, operation => Assert.Equal(0, operation.FromIntended.Count));
    }

    [Fact]
    public async Task Publish_SampledSessions_AreToldInTheirTracesAndAddUpToTheSame()
    {
        await using var harness = new JourneyHarness(Yaml.Replace("sample: 0", "sample: 1", StringComparison.Ordinal), (_, n) => new RawReply { Latency = TimeSpan.FromMilliseconds(1 + n) });
        var (traces, told, outside) = (new Dictionary<string, HashSet<string>>(), new Dictionary<string, int>(), 0);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, harness.Meters) && instrument is Histogram<double> or Counter<long>)
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => Told(instrument, (int)value));
        listener.SetMeasurementEventCallback<double>((instrument, _, _, _) => Told(instrument, 1));
        listener.Start();
        void Told(Instrument instrument, int count)
        {
            told[instrument.Name] = told.GetValueOrDefault(instrument.Name) + count;
            if (Activity.Current is { Recorded: true } trace)
            {
                (traces.TryGetValue(instrument.Name, out var those) ? those : traces[instrument.Name] = []).Add(trace.TraceId.ToHexString());
            }
            else
            {
                outside++;
            }
        }

        var kept = new HashSet<string>();
        for (var i = 0; i < 4; i++)
        {
            kept.Add((await harness.RunAsync()).TraceId);
        }
        harness.Engine.Publish();

        Assert.Equal(4, kept.Count);
        foreach (var name in new[] { "apetest.sessions", "apetest.session.duration", "apetest.session.start_delay", "apetest.action.duration", "apetest.action.interval", "apetest.action.part" })
        {
            Assert.True(traces.ContainsKey(name), $"{name} is told in no trace");
            Assert.Subset(kept, traces[name]);
        }
        Assert.Equal(4, told["apetest.sessions"]);
        Assert.True(outside > 0);
        // Nothing is told twice, and no trace stays.
        told.Clear();
        harness.Engine.Publish();
        Assert.Empty(told);
        Assert.Null(Activity.Current);
    }

    [Fact]
    public async Task Publish_SessionsThatEnded_AreCountedOnceAndActiveNoMoreAtOnce()
    {
        await using var harness = new JourneyHarness(Yaml, (_, n) => new RawReply(n % 9 == 5 ? 500 : 200));
        var (ended, active) = (new Dictionary<string, long>(), -1L);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (ReferenceEquals(instrument.Meter.Scope, harness.Meters))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "apetest.sessions")
            {
                var outcome = (string)tags[1].Value!;
                ended[outcome] = ended.GetValueOrDefault(outcome) + value;
            }
            else if (instrument.Name == "apetest.agents.active")
            {
                active = value;
            }
        });
        listener.Start();

        for (var i = 0; i < 9; i++)
        {
            await harness.StartAsync();
        }
        listener.RecordObservableInstruments();
        Assert.Equal(0, active);
        Assert.Empty(ended);
        harness.Engine.Publish();
        harness.Engine.Publish();
        listener.RecordObservableInstruments();

        Assert.Equal(0, active);
        var goal = harness.Metrics().Goals["j"];
        Assert.Equal((6, 3), (goal.Succeeded, goal.Failed));
        Assert.Equal((goal.Succeeded, goal.Failed), (ended["succeeded"], ended["failed"]));
    }
}
