using System.Diagnostics;
using System.Diagnostics.Metrics;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.ServiceDefaults.Metrics.Collection;
using ApeTest.ServiceDefaults.Metrics.Exposition;
using ApeTest.Tests.Shared;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ApeTest.ServiceDefaults.Tests.Metrics.Exposition;

public sealed class ExemplarTests : IDisposable
{
    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly FakeTimeProvider _time = new();
    private readonly MetricsRegistry _registry;
    private readonly Meter _meter;
    private readonly Histogram<double> _histogram;
    private readonly Counter<long> _counter;

    public ExemplarTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _registry = new MetricsRegistry(meters, new RecordsDropped(meters), Options.Create(new UnaskedMeters()), (family, labels) => new TextSeries(family, labels, _time));
        _meter = meters.Create("ApeTest.Test");
        _histogram = _meter.CreateHistogram("apetest.wait", "s", "A \"wait\".", null, new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.1, 1] });
        _counter = _meter.CreateCounter<long>("apetest.ended");
    }

    public void Dispose()
    {
        _registry.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Write_OpenMetrics_IsTheFormatToTheLetter()
    {
        using (var trace = Trace(sampled: true, "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"))
        {
            _histogram.Record(0.5, new KeyValuePair<string, object?>("goal", "a \"b\"\n\\"));
            _counter.Add(2);
        }

        Assert.Equal(
            """
            # TYPE apetest_ended counter
            apetest_ended_total 2 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="SPAN"} 2 1795266902.000
            # HELP apetest_wait_seconds A \"wait\".
            # TYPE apetest_wait_seconds histogram
            # UNIT apetest_wait_seconds seconds
            apetest_wait_seconds_bucket{goal="a \"b\"\n\\",le="0.1"} 0
            apetest_wait_seconds_bucket{goal="a \"b\"\n\\",le="1.0"} 1 # {trace_id="4bf92f3577b34da6a3ce929d0e0e4736",span_id="SPAN"} 0.5 1795266902.000
            apetest_wait_seconds_bucket{goal="a \"b\"\n\\",le="+Inf"} 1
            apetest_wait_seconds_sum{goal="a \"b\"\n\\"} 0.5
            apetest_wait_seconds_count{goal="a \"b\"\n\\"} 1
            # EOF

            """.ReplaceLineEndings("\n"),
            System.Text.RegularExpressions.Regex.Replace(Text(), "span_id=\"[0-9a-f]{16}\"", "span_id=\"SPAN\""));
        Assert.DoesNotContain("trace_id", ExpositionText.Write(_registry), StringComparison.Ordinal);
    }

    [Fact]
    public void Record_TraceNotSampled_LeavesNoExemplar()
    {
        using (var trace = Trace(sampled: false))
        {
            _histogram.Record(0.5);
            _counter.Add(1);
        }
        _histogram.Record(0.5);

        Assert.Contains("apetest_wait_seconds_count 2\n", Text(), StringComparison.Ordinal);
        Assert.DoesNotContain(" # {", Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Record_WithinASecond_KeepsTheFirst_ThenTheNext()
    {
        var first = Record(0.2);
        _time.Advance(TimeSpan.FromMilliseconds(999));
        var second = Record(0.3);
        Assert.Contains(first, Text(), StringComparison.Ordinal);
        Assert.DoesNotContain(second, Text(), StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        var third = Record(0.4);
        Assert.Contains(third, Text(), StringComparison.Ordinal);
        Assert.DoesNotContain(first, Text(), StringComparison.Ordinal);
    }

    [Fact]
    public void Record_EachBucket_HasItsOwn()
    {
        string[] traces = [Record(0.05), Record(0.5), Record(5)];

        var lines = Text().Split('\n').Where(line => line.StartsWith("apetest_wait_seconds_bucket", StringComparison.Ordinal)).ToArray();
        Assert.Equal(3, lines.Length);
        Assert.All(lines.Zip(traces), pair => Assert.Contains(pair.Second, pair.First, StringComparison.Ordinal));
        // A value lies in its bucket, as the format demands.
        Assert.Contains("le=\"0.1\"} 1 # {", lines[0], StringComparison.Ordinal);
        Assert.Contains("} 5 ", lines[2], StringComparison.Ordinal);
    }

    private string Text() => ExpositionText.Write(_registry, ExpositionFormat.OpenMetrics);

    private string Record(double value)
    {
        using var trace = Trace(sampled: true);
        _histogram.Record(value);
        return trace.TraceId.ToHexString();
    }

    private static Activity Trace(bool sampled, string? id = null, string? parent = null)
    {
        var trace = new Activity("test").SetParentId(
            id is null ? ActivityTraceId.CreateRandom() : ActivityTraceId.CreateFromString(id),
            parent is null ? ActivitySpanId.CreateRandom() : ActivitySpanId.CreateFromString(parent),
            sampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None);
        return trace.Start();
    }
}
