using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Recording;

/// <summary>Whatever is recorded, and however it is cut into deltas: the sum is the same.</summary>
public sealed class MetricsMergeTests
{
    private const int Parts = 4;
    private readonly FakeTimeProvider _time = new(TestRun.Started);

    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 20)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Add_InAnyGrouping_GivesTheSame(int seed)
    {
        var (first, second, third) = (Random(seed), Random(seed + 1000), Random(seed + 2000));

        var left = Sum(Sum(first, second), third);
        var right = Sum(first, Sum(second, third));

        Assert.Equal(Text(left), Text(right));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Add_Parts_EqualsWhatOneDeltaRecorded(int seed)
    {
        var whole = Recorder();
        var random = new Random(seed);
        for (var part = 0; part < Parts; part++)
        {
            Record(whole, random);
        }

        var cut = Recorder();
        random = new Random(seed);
        var sum = new MetricsDelta();
        for (var part = 0; part < Parts; part++)
        {
            Record(cut, random);
            sum.Add(cut.Drain(final: false).Metrics);
        }

        Assert.Equal(Text(whole.Drain(final: true).Metrics), Text(sum));
    }

    [Fact]
    public void Add_Itself_LeavesTheOtherAsItIs()
    {
        var (one, other) = (Random(1), Random(2));
        var before = Text(other);

        one.Add(other);
        one.Add(other);

        Assert.Equal(before, Text(other));
    }

    private static MetricsDelta Sum(MetricsDelta one, MetricsDelta other)
    {
        var sum = new MetricsDelta();
        sum.Add(one);
        sum.Add(other);
        return sum;
    }

    private static string Text(MetricsDelta metrics) => JsonSerializer.Serialize(metrics, RunsJson.Line.MetricsDelta);

    private BlockRecorder Recorder() => TestRun.Recorder(TestRun.Plan(), _time);

    private MetricsDelta Random(int seed)
    {
        var recorder = Recorder();
        Record(recorder, new Random(seed));
        return recorder.Drain(final: false).Metrics;
    }

    private static void Record(BlockRecorder recorder, Random random)
    {
        // From a handful, as in one second of one block, to more than the short list of a histogram holds.
        var count = random.Next(5) == 0 ? random.Next(1000) : random.Next(40);
        for (var i = 0; i < count; i++)
        {
            var error = random.Next(4) == 0 ? $"http_{random.Next(500, 520)}" : null;
            recorder.Action(new ActionSample(recorder.Operation($"op-{random.Next(8)}", random.Next(2) == 0 ? "GET" : "POST"), random.Next(90, 600),
                error, error is null ? null : random.Next(2) == 0 ? "target" : "gateway", Time(random), Time(random),
                new TraceKey((ulong)random.NextInt64(), (ulong)i), new SessionKey(random.Next(50), i), random.Next(3) == 0 ? Time(random) : null)
            {
                BytesSent = random.Next(1000),
                BytesReceived = random.Next(100_000),
                NewConnection = random.Next(10) == 0,
                Retries = random.Next(2),
            });
            recorder.Interval(new IntervalSample("g", Time(random), default, Time(random), Time(random), Time(random), Time(random)));
            recorder.SessionStarted($"goal-{random.Next(4)}", Time(random));
            recorder.SessionEnded(recorder.Goal($"goal-{random.Next(4)}"), (SessionOutcome)random.Next(5), Time(random), random.Next(200));
            recorder.Recovery($"kind-{random.Next(3)}");
            recorder.IterationDropped($"reason-{random.Next(3)}", random.Next(1, 4));
            recorder.ModelCall(new ModelUse("p", $"m{random.Next(3)}", Time(random), Time(random), Time(random), random.Next(100), random.Next(100),
                random.Next(2) == 0, random.Next(100) / 100m, random.Next(2)) { Failed = random.Next(5) == 0 });
        }
    }

    private static TimeSpan Time(Random random) => new((long)Math.Exp(2.4 + (21 * random.NextDouble())));
}
