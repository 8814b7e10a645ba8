using System.Collections.Concurrent;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Tests.Faults;

public sealed class FaultPlanTests
{
    private const int Requests = 10_000;

    private static TargetRequest Request(string path = "/", string method = "GET", string target = "shop", string? operation = null) =>
        new() { Method = new HttpMethod(method), Url = new Uri("http://t" + path), Target = target, Operation = operation };

    private static List<int> HitsOf(FaultPlan plan, int requests = Requests) =>
        [.. Enumerable.Range(0, requests).Where(_ => plan.Pick(Request()) is not null)];

    [Fact]
    public void Pick_NoFaults_HitsNothing() => Assert.Null(FaultPlan.None.Pick(Request()));

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.1)]
    [InlineData(0.5)]
    public void Pick_Share_IsHitWithinBinomialBounds(double share)
    {
        foreach (var seed in new long[] { 0, 1, 42, -7, long.MaxValue, long.MinValue })
        {
            var hits = HitsOf(new FaultPlan([new FaultOptions { Abort = true, Share = share, Seed = seed }])).Count;

            // Four standard deviations; what is drawn for these seeds never changes.
            Assert.InRange(hits, (Requests * share) - (4 * Math.Sqrt(Requests * share * (1 - share))), (Requests * share) + (4 * Math.Sqrt(Requests * share * (1 - share))));
        }
    }

    [Fact]
    public void Pick_ShareOne_HitsEveryRequest() => Assert.Equal(Requests, HitsOf(new FaultPlan([new FaultOptions { Abort = true }])).Count);

    [Fact]
    public void Pick_SameSeed_HitsTheSameRequests()
    {
        FaultPlan Plan(long seed) => new([new FaultOptions { Abort = true, Share = 0.1, Seed = seed }]);

        var first = HitsOf(Plan(7));

        Assert.Equal(first, HitsOf(Plan(7)));
        Assert.NotEqual(first, HitsOf(Plan(8)));
    }

    [Fact]
    public void Pick_SameSeedTwice_FaultsDrawApart()
    {
        var plan = new FaultPlan([new FaultOptions { Abort = true, Share = 0.1 }, new FaultOptions { Status = 503, Share = 0.1 }]);

        HitsOf(plan);

        // The second hits a tenth of the nine tenths that the first left.
        Assert.InRange(plan.Counts()[0].Hits, 880, 1120);
        Assert.InRange(plan.Counts()[1].Hits, 780, 1020);
    }

    [Fact]
    public void Pick_AnotherFaultAhead_ChangesNoDraw()
    {
        FaultOptions Watched() => new() { Abort = true, Share = 0.1, Seed = 7 };
        var alone = HitsOf(new FaultPlan([Watched()]));
        var behind = new FaultPlan([new FaultOptions { Status = 500, Share = 0.3, Seed = 1 }, Watched()]);

        var hits = new List<int>();
        for (var i = 0; i < Requests; i++)
        {
            if (behind.Pick(Request()) is { Kind: "abort" })
            {
                hits.Add(i);
            }
        }

        Assert.NotEmpty(hits);
        Assert.Subset(alone.ToHashSet(), hits.ToHashSet());
    }

    [Fact]
    public void Pick_FirstThatHits_IsTheOnlyOne()
    {
        var plan = new FaultPlan([new FaultOptions { Status = 500, Route = "POST /orders/**" }, new FaultOptions { Abort = true }]);

        Assert.Equal("status", plan.Pick(Request("/orders/1", "POST"))!.Kind);
        Assert.Equal("abort", plan.Pick(Request("/orders/1"))!.Kind);
        Assert.Equal([(1L, 1L), (2L, 1L)], plan.Counts().Select(static count => (count.Matching, count.Hits)));
    }

    [Theory]
    [InlineData(null, null, true)]
    [InlineData("shop", null, true)]
    [InlineData("bank", null, false)]
    [InlineData(null, "GET /orders/*", true)]
    [InlineData(null, "POST /orders/*", false)]
    [InlineData(null, "* /ORDERS/**", true)]
    [InlineData(null, "getOrder", true)]
    [InlineData(null, "getOrders", false)]
    public void Pick_TargetAndRoute_AreMatched(string? target, string? route, bool hit)
    {
        var plan = new FaultPlan([new FaultOptions { Abort = true, Target = target, Route = route }]);

        Assert.Equal(hit, plan.Pick(Request("/orders/7", operation: "getOrder")) is not null);
        Assert.Equal(hit ? 1 : 0, plan.Counts()[0].Matching);
    }

    [Fact]
    public async Task Pick_ManyAtOnce_HitsAsManyAsOneAfterTheOther()
    {
        FaultPlan Plan() => new([new FaultOptions { Latency = new LatencyOptions { Distribution = LatencyDistribution.Exponential, Mean = TimeSpan.FromMilliseconds(50) }, Share = 0.2, Seed = 3 }]);
        var (one, many) = (Plan(), Plan());
        var delays = new ConcurrentBag<TimeSpan>();

        var alone = new List<TimeSpan>();
        for (var i = 0; i < Requests; i++)
        {
            if (one.Pick(Request()) is { } hit)
            {
                alone.Add(hit.Latency);
            }
        }
        await Parallel.ForAsync(0, Requests, TestContext.Current.CancellationToken, (_, _) =>
        {
            if (many.Pick(Request()) is { } hit)
            {
                delays.Add(hit.Latency);
            }
            return ValueTask.CompletedTask;
        });

        Assert.Equal(alone.Order(), delays.Order());
    }

    [Fact]
    public void Pick_SeveralEffects_AreOneKindInFixedOrder()
    {
        var plan = new FaultPlan([new FaultOptions
        {
            Throttle = 1000, SlowBody = TimeSpan.FromSeconds(1), Abort = true, Status = 500, Latency = new LatencyOptions { Mean = TimeSpan.FromMilliseconds(20) },
        }]);

        var hit = plan.Pick(Request());

        Assert.Equal(("latency+status+abort+slow_body+throttle", TimeSpan.FromMilliseconds(20)), (hit!.Kind, hit.Latency));
    }
}
