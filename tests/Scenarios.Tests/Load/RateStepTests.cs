using System.Collections.Immutable;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Tests.Load;

/// <summary>Rates that are ordered while a run goes on.</summary>
public sealed class RateStepTests
{
    private static readonly TimeSpan Lead = RateStep.Lead;

    [Fact]
    public void Add_AnOrder_CountsTheArrivalsBeforeIt()
    {
        var steps = RateStep.Add([RateStep.First(10)], TimeSpan.FromSeconds(8.5), 40);
        steps = RateStep.Add(steps, TimeSpan.FromSeconds(18.5), 100);

        // The first was followed before the third came: it is let go.
        Assert.Equal([new RateStep(TimeSpan.FromSeconds(10), 100, 40), new RateStep(TimeSpan.FromSeconds(20), 500, 100)], steps);
    }

    [Fact]
    public void Add_BeforeTheLastBegan_ReplacesOrFollowsIt()
    {
        var steps = RateStep.Add([RateStep.First(10)], TimeSpan.FromSeconds(8.5), 40);

        Assert.Equal([RateStep.First(10), new RateStep(TimeSpan.FromSeconds(10), 100, 70)], RateStep.Add(steps, TimeSpan.FromSeconds(8.5), 70));
        Assert.Equal([RateStep.First(10), new RateStep(TimeSpan.FromSeconds(10), 100, 40), new RateStep(TimeSpan.FromSeconds(11), 140, 70)],
            RateStep.Add(steps, TimeSpan.FromSeconds(9.5), 70));
    }

    [Theory]
    [InlineData(1, ArrivalKind.Even, 0)]
    [InlineData(7, ArrivalKind.Even, 0)]
    [InlineData(60, ArrivalKind.Even, 0.9)]
    [InlineData(7, ArrivalKind.Even, 4)]
    [InlineData(7, ArrivalKind.Poisson, 0)]
    public void Follow_OrdersInTheMiddle_NumbersHaveNoGapsAndNoDoubles(int blocks, ArrivalKind kind, double lateBy)
    {
        var arrivals = Run(blocks, kind, TimeSpan.FromSeconds(lateBy), out var expected);

        // Block b has b, b + B, b + 2 B, ...: each to where its time ended, whenever it heard of the orders.
        foreach (var block in arrivals.GroupBy(arrival => arrival.Number % blocks))
        {
            Assert.Equal(Enumerable.Range(0, block.Count()).Select(n => block.Key + ((long)n * blocks)), block.Select(static arrival => arrival.Number));
        }
        var spread = kind is ArrivalKind.Even ? blocks + (lateBy > Lead.TotalSeconds ? 400 : 0) : 4 * Math.Sqrt(expected);
        Assert.InRange(arrivals.Count, expected - spread, expected + spread);
    }

    [Fact]
    public void Follow_HeardInTime_EachSecondHasItsRate()
    {
        var arrivals = Run(60, ArrivalKind.Even, TimeSpan.FromSeconds(0.9), out _);

        for (var second = 0; second < 40; second++)
        {
            var rate = second switch { < 10 => 50, < 20 => 3000, < 30 => 200, _ => 1000 };
            Assert.InRange(arrivals.Count(arrival => arrival.At >= TimeSpan.FromSeconds(second) && arrival.At < TimeSpan.FromSeconds(second + 1)), rate - 1, rate + 1);
        }
    }

    [Fact]
    public void MoveTo_BlockTakenOverAfterOrders_GoesOnWhereItsTimeIs()
    {
        var steps = RateStep.Add([RateStep.First(10)], TimeSpan.FromSeconds(10) - Lead, 40);
        var late = Schedule(ArrivalKind.Even).ForBlock(2, 5, 1);
        late.Follow(LoadProfile.Ordered(steps[^1..]));

        Assert.True(late.MoveTo(TimeSpan.FromSeconds(12)));

        // 100 before 10 s, 80 by 12 s: number 182 is the block's first from there.
        Assert.Equal((182L, TimeSpan.FromSeconds(12.05)), (late.Number, late.At));
    }

    /// <summary>50/s for 10 s, 3,000/s for 10 s, 200/s for 10 s, 1,000/s for 10 s, by blocks that hear of each order some time after it was given.</summary>
    private static List<(long Number, TimeSpan At)> Run(int blocks, ArrivalKind kind, TimeSpan lateBy, out double expected)
    {
        expected = 500 + 30_000 + 2_000 + 10_000;
        ImmutableArray<RateStep> steps = [RateStep.First(50)];
        List<(TimeSpan Given, LoadProfile Profile)> orders = [];
        foreach (var (at, rate) in new[] { (10, 3000), (20, 200), (30, 1000) })
        {
            var given = TimeSpan.FromSeconds(at) - Lead;
            steps = RateStep.Add(steps, given, rate);
            orders.Add((given, LoadProfile.Ordered(steps)));
        }
        List<(long, TimeSpan)> all = [];
        for (var block = 0; block < blocks; block++)
        {
            var heard = 0;
            var arrivals = Schedule(kind).ForBlock(block, blocks, 42);
            for (arrivals.MoveNext(); ; arrivals.MoveNext())
            {
                // It waits for the arrival's time; an order that comes before it changes that.
                while (heard < orders.Count && orders[heard].Given + lateBy <= arrivals.At)
                {
                    arrivals.Follow(orders[heard++].Profile);
                }
                if (!arrivals.HasCurrent)
                {
                    break;
                }
                all.Add((arrivals.Number, arrivals.At));
            }
        }
        return all;
    }

    private static ArrivalSchedule Schedule(ArrivalKind kind) => new(LoadProfile.Constant(50), null, TimeSpan.FromSeconds(40), kind);
}
