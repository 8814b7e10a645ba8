using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace ApeTest.ServiceDefaults.Tests.Metrics;

/// <summary>Measurements of every kind of instrument, for the golden files.</summary>
internal static class EveryKind
{
    public const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    public static void Measure(IMeterFactory meters)
    {
        var meter = meters.Create("ApeTest.Test");
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
    }

    /// <summary>Measurements within a trace: a counter's, and one in each of a histogram's two buckets; then such whose trace is not kept.</summary>
    public static void MeasureTraced(IMeterFactory meters)
    {
        var meter = meters.Create("ApeTest.Test");
        var ended = meter.CreateCounter<long>("apetest.ended", "{end}", "Ended.");
        var wait = meter.CreateHistogram("apetest.wait", "s", "Wait.", tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        using (Start(ActivityTraceFlags.Recorded))
        {
            ended.Add(2, Tag("goal", "buy"));
            wait.Record(0.05, Tag("goal", "buy"));
            wait.Record(0.5, Tag("goal", "buy"));
        }

        using (Start(ActivityTraceFlags.None))
        {
            ended.Add(1, Tag("goal", "look"));
            wait.Record(5, Tag("goal", "buy"));
        }
    }

    public static KeyValuePair<string, object?> Tag(string key, object? value) => new(key, value);

    private static Activity Start(ActivityTraceFlags flags) =>
        new Activity("test").SetParentId(ActivityTraceId.CreateFromString(Trace), ActivitySpanId.CreateFromString("00f067aa0ba902b7"), flags).Start();
}
