using ApeTest.Runs.Summaries;

namespace ApeTest.Runs.Tests.Summaries;

public sealed class RateMeterTests
{
    /// <summary>What was told (count, from, to), and the busiest second of it.</summary>
    public static TheoryData<(long Count, double From, double To)[], double> Reports { get; } = new()
    {
        // 100 a second throughout, told now and then: what fell into a tenth of a second is not 1,000 a second.
        { [(100, 0, 1), (10, 1, 1.1), (140, 1.1, 2.5), (1, 2.5, 2.51)], 100 },
        // Two workers, in no order: one second.
        { [(30, 1, 2), (10, 0, 1), (40, 1, 2)], 70 },
        // Longer than it keeps seconds open: the mean.
        { [(2000, 0, 1000)], 2 },
        // Later than any worker tells: that second is closed, and its place is another's.
        { [(50, 3, 4), (20, 100, 101), (1000, 10, 11)], 50 },
    };

    [Fact]
    public void Peak_NothingTold_IsUnknown() => Assert.Null(new RateMeter().Peak);

    [Theory]
    [MemberData(nameof(Reports))]
    public void Peak_Reports_IsMostInOneSecondOfTheRun((long Count, double From, double To)[] reports, double peak)
    {
        var meter = new RateMeter();

        foreach (var (count, from, to) in reports)
        {
            meter.Add(count, TimeSpan.FromSeconds(from), TimeSpan.FromSeconds(to));
        }

        Assert.Equal(peak, meter.Peak!.Value, 6);
    }
}
