using System.Text.Json;
using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Tests.Histograms;

public sealed class HistogramTests
{
    private static readonly double[] Percentiles = [0, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100];

    public static TheoryData<string> Distributions => ["uniform", "exponential", "lognormal", "bimodal", "constant", "powers", "whole-range"];

    [Theory]
    [MemberData(nameof(Distributions))]
    public void ValueAt_KnownDistribution_IsWithinOnePercentOfExact(string distribution)
    {
        var values = Values(distribution, 20_000);
        var histogram = Of(values);
        Array.Sort(values);

        foreach (var percentile in Percentiles)
        {
            var exact = values[(int)Math.Max(0, Math.Ceiling((percentile / 100 * values.Length) - 1e-9) - 1)].Ticks;
            var found = histogram.ValueAt(percentile)!.Value.Ticks;
            Assert.InRange(found, Math.Floor(exact * 0.99), Math.Ceiling(exact * 1.01));
        }
        Assert.Equal(values[0], histogram.Min);
        Assert.Equal(values[^1], histogram.Max);
        Assert.Equal(values.Sum(value => value.Ticks), histogram.Sum.Ticks);
        Assert.Equal(values.Length, histogram.Count);
    }

    [Theory]
    [MemberData(nameof(Distributions))]
    public void Add_Parts_EqualsSingle(string distribution)
    {
        var values = Values(distribution, 5_000);
        var merged = new Histogram();
        foreach (var part in values.Chunk(700))
        {
            merged.Add(Of(part));
        }

        Assert.Equal(HistogramFormat.ToBytes(Of(values)), HistogramFormat.ToBytes(merged));
    }

    [Theory]
    [InlineData("lognormal")]
    [InlineData("bimodal")]
    [InlineData("constant")]
    public void ValueAt_AMillionValuesInSecondsOfBlocks_IsWithinOnePercentOfExact(string distribution)
    {
        var values = Values(distribution, 1_000_000);
        var merged = new Histogram();
        // As they come: some deltas of a few values, some of many.
        foreach (var part in values.Chunk(100_000).SelectMany((hundred, i) => hundred.Chunk(10 + (i * i * 50))))
        {
            merged.Add(Of(part));
        }
        Assert.Equal(HistogramFormat.ToBytes(Of(values)), HistogramFormat.ToBytes(merged));
        Array.Sort(values);

        foreach (var percentile in Percentiles)
        {
            var exact = values[(int)Math.Max(0, Math.Ceiling((percentile / 100 * values.Length) - 1e-9) - 1)].Ticks;
            Assert.InRange(merged.ValueAt(percentile)!.Value.Ticks, Math.Floor(exact * 0.99), Math.Ceiling(exact * 1.01));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Histogram.MaxFew)]
    [InlineData(Histogram.MaxFew + 1)]
    public void Record_AFewValues_TakeNoOctaveUntilTheListIsFull(int count)
    {
        var values = Values("whole-range", count);
        var histogram = Of(values);

        Assert.Equal(count <= Histogram.MaxFew, histogram.AllocatedOctaves == 0);
        Array.Sort(values);
        Assert.InRange(histogram.ValueAt(50)!.Value.Ticks, values[(count - 1) / 2].Ticks * 0.99, values[(count - 1) / 2].Ticks * 1.01);
    }

    [Fact]
    public void Record_OutOfRange_IsClamped()
    {
        var histogram = Of([TimeSpan.FromSeconds(-1), TimeSpan.Zero, TimeSpan.FromDays(1)]);

        Assert.Equal(TimeSpan.FromMicroseconds(1), histogram.Min);
        Assert.Equal(TimeSpan.FromMicroseconds(1), histogram.ValueAt(50));
        Assert.Equal(TimeSpan.FromHours(1), histogram.Max);
    }

    [Fact]
    public void ValueAt_Empty_IsNull()
    {
        var histogram = new Histogram();

        Assert.Null(histogram.ValueAt(50));
        Assert.Null(histogram.Mean);
        Assert.Equal(0, histogram.AllocatedOctaves);
    }

    [Fact]
    public void Record_OneMagnitude_AllocatesOneOctave()
    {
        Assert.Equal(1, Of(Enumerable.Repeat(TimeSpan.FromMilliseconds(12), 1000)).AllocatedOctaves);
    }

    [Fact]
    public void RecordCount_SmallNumbers_AreExact()
    {
        var histogram = new Histogram();
        for (var i = 0; i <= 100; i++)
        {
            histogram.RecordCount(i);
        }

        Assert.Equal(0, histogram.RawAt(0));
        Assert.Equal(50, histogram.RawAt(50));
        Assert.Equal(95, histogram.RawAt(95));
    }

    [Theory]
    [MemberData(nameof(Distributions))]
    public void Read_WhatWasWritten_IsEqual(string distribution)
    {
        var bytes = HistogramFormat.ToBytes(Of(Values(distribution, 1_000)));

        Assert.Equal(bytes, HistogramFormat.ToBytes(HistogramFormat.Read(bytes)));
    }

    [Fact]
    public void Read_Damaged_ThrowsInvalidData()
    {
        var bytes = HistogramFormat.ToBytes(Of(Values("lognormal", 100)));

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<InvalidDataException>(() => HistogramFormat.Read(bytes.AsSpan(0, length)));
        }
        Assert.Throws<InvalidDataException>(() => HistogramFormat.Read([.. bytes, 0]));
        Assert.Throws<InvalidDataException>(() => HistogramFormat.Read([2, .. bytes.AsSpan(1)]));
    }

    [Fact]
    public void Json_RoundTrip_IsBase64()
    {
        var histogram = Of([TimeSpan.FromMilliseconds(3)]);
        var json = JsonSerializer.Serialize(histogram);

        Assert.Equal($"\"{Convert.ToBase64String(HistogramFormat.ToBytes(histogram))}\"", json.Replace("\\u002B", "+", StringComparison.Ordinal));
        Assert.Equal(histogram.Max, JsonSerializer.Deserialize<Histogram>(json)!.Max);
        Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Histogram>("\"AQ==\""));
    }

    private static Histogram Of(IEnumerable<TimeSpan> values)
    {
        var histogram = new Histogram();
        foreach (var value in values)
        {
            histogram.Record(value);
        }
        return histogram;
    }

    private static TimeSpan[] Values(string distribution, int count)
    {
        var random = new Random(7);
        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        Func<double> seconds = distribution switch
        {
            "uniform" => () => 0.001 + random.NextDouble(),
            "exponential" => () => -0.05 * Math.Log(1 - random.NextDouble()),
            "lognormal" => () => Math.Exp(-4 + Normal()),
            "bimodal" => () => random.Next(10) == 0 ? 2 + (0.1 * random.NextDouble()) : 0.01 + (0.002 * random.NextDouble()),
            "constant" => () => 0.123456,
            "powers" => () => Math.Pow(2, random.Next(-19, 11)),
            _ => () => Math.Pow(10, (9.5 * random.NextDouble()) - 6),
        };
        return [.. Enumerable.Range(0, count).Select(_ => new TimeSpan(Math.Clamp((long)(seconds() * 1e7), 10, 36_000_000_000)))];
    }
}
