using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Tests.Summaries;

public sealed class SlidingSumTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(30)]
    public void Sum_OfARandomRun_IsTheSumOfTheLastIntervals(int length)
    {
        var random = new Random(length);
        var sliding = new SlidingSum();
        var all = new List<MetricsDelta>();
        for (var i = 0; i < 200; i++)
        {
            var interval = new MetricsDelta { Started = random.Next(10) };
            for (var j = random.Next(100); j > 0; j--)
            {
                interval.SessionDuration.Record(TimeSpan.FromMilliseconds(random.Next(1, 10_000)));
            }
            all.Add(interval);
            sliding.Add(TimeSpan.FromSeconds(i), interval);
            sliding.DropBefore(TimeSpan.FromSeconds(i + 1 - length));

            var expected = new MetricsDelta();
            all.TakeLast(length).ToList().ForEach(expected.Add);
            Assert.Equal(Text(expected), Text(sliding.Sum()));
            Assert.Equal(Math.Min(i + 1, length), sliding.Count);
        }
    }

    [Fact]
    public void DropBefore_Everything_LeavesNothing()
    {
        var sliding = new SlidingSum();
        sliding.Add(TimeSpan.Zero, new MetricsDelta { Started = 3 });
        sliding.DropBefore(TimeSpan.FromSeconds(1));
        sliding.DropBefore(TimeSpan.FromSeconds(2));

        Assert.Equal(0, sliding.Count);
        Assert.Equal(0, sliding.Sum().Started);
    }

    private static string Text(MetricsDelta metrics) => JsonSerializer.Serialize(metrics, RunsJson.Line.MetricsDelta);
}
