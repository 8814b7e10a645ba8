using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Tests.Load;

public sealed class ArrivalScheduleTests
{
    private static readonly ArrivalRate TwentyPerSecond = new(20, TimeSpan.FromSeconds(1));

    [Fact]
    public void At_Arrival_IsItsNumberOverTheRate()
    {
        var schedule = new ArrivalSchedule(new ArrivalRate(600, TimeSpan.FromMinutes(1)), null, null);

        Assert.Equal(TimeSpan.Zero, schedule.At(0));
        Assert.Equal(TimeSpan.FromMilliseconds(100), schedule.At(1));
        // Multiplied, never summed: after a day the last arrival is still where it belongs.
        Assert.Equal(TimeSpan.FromDays(1), schedule.At(864_000));
    }

    [Fact]
    public void Has_Duration_HasExactlyRateTimesDuration()
    {
        var schedule = new ArrivalSchedule(TwentyPerSecond, null, TimeSpan.FromSeconds(3));

        Assert.Equal(60, Enumerable.Range(0, 1000).Count(arrival => schedule.Has(arrival)));
    }

    [Fact]
    public void Has_Iterations_EndsEarlier()
    {
        var schedule = new ArrivalSchedule(TwentyPerSecond, 7, TimeSpan.FromSeconds(3));

        Assert.Equal(7, Enumerable.Range(0, 1000).Count(arrival => schedule.Has(arrival)));
    }

    [Theory]
    [InlineData(0, 1, 7)]
    [InlineData(7, 1, 0)]
    [InlineData(6, 3, 1)]
    [InlineData(3, 3, 2)]
    [InlineData(1, 3, 2)]
    public void Left_Iterations_CountsTheArrivalsOfOneBlock(int from, int blocks, int left)
    {
        var schedule = new ArrivalSchedule(TwentyPerSecond, 7, null);

        Assert.Equal(left, schedule.Left(from, blocks));
        Assert.Equal(Enumerable.Range(from, 100).Count(i => (i - from) % blocks == 0 && schedule.Has(i)), schedule.Left(from, blocks));
    }

    [Fact]
    public void Left_NoIterations_IsNone() => Assert.Equal(0, new ArrivalSchedule(TwentyPerSecond, null, TimeSpan.FromSeconds(3)).Left(5, 2));

    [Theory]
    [InlineData(0.01, 1)]
    [InlineData(20, 200)]
    [InlineData(5000, 1000)]
    public void DefaultAgents_Rate_IsTenSecondsOfArrivals(double perSecond, int agents) =>
        Assert.Equal(agents, ArrivalSchedule.DefaultAgents(new ArrivalRate(perSecond, TimeSpan.FromSeconds(1))));
}
