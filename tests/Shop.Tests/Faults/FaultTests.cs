using ApeTest.Shop.Faults;
using ApeTest.Tests.Shared;

namespace ApeTest.Shop.Tests.Faults;

public class FaultTests
{
    [Fact]
    public async Task Share503_SameSeed_SameRequestsFail()
    {
        await using var shop = await TestShop.StartAsync();
        var first = await RunAsync(shop, seed: 5);
        Assert.Equal(first, await RunAsync(shop, seed: 5));
        Assert.NotEqual(first, await RunAsync(shop, seed: 6));
        Assert.InRange(first.Count(status => status == 503), 20, 40);
    }

    [Fact]
    public void Share503_ManyRequests_IsTheShareAskedFor()
    {
        var faults = new FaultSwitch(new ShopOptions { FaultShare503 = 0.3 }, new FakeTimeProvider());
        var failed = Enumerable.Range(0, 100_000).Count(_ => faults.Next().Fails);
        Assert.InRange(failed, 29_500, 30_500);
    }

    [Fact]
    public async Task Share503_All_ProblemWithRetryAfterButAdminAndHealthAnswer()
    {
        await using var shop = await TestShop.StartAsync(new ShopOptions { FaultShare503 = 1, RetryAfter = TimeSpan.FromSeconds(2) });
        var refused = await shop.SendAsync(HttpMethod.Get, "/products");
        refused.Problem(503, "unavailable");
        Assert.Equal("2", refused.Headers["Retry-After"]);
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, "/health/ready")).Status);
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, "/openapi/v1.json")).Status);
        Assert.Equal(1, (await shop.SendAsync(HttpMethod.Get, "/_shop/faults")).Body.GetProperty("share503").GetDouble());
    }

    [Fact]
    public async Task Faults_SwitchedAtRunTime_TakeEffectAndBounds()
    {
        await using var shop = await TestShop.StartAsync();
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Put, "/_shop/faults", null, new { share503 = 1.0 })).Status);
        Assert.Equal(503, (await shop.SendAsync(HttpMethod.Get, "/products")).Status);
        (await shop.SendAsync(HttpMethod.Put, "/_shop/faults", null, new { share503 = 1.5 })).Problem(422, "invalid");
        (await shop.SendAsync(HttpMethod.Put, "/_shop/faults", null, new { latencyMs = -1 })).Problem(422, "invalid");
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Put, "/_shop/faults", null, new { share503 = 0.0 })).Status);
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, "/products")).Status);
    }

    [Fact]
    public async Task Latency_Added_AnswersOnlyAfterIt()
    {
        var time = new FakeTimeProvider();
        await using var shop = await TestShop.StartAsync(new ShopOptions { AddedLatency = TimeSpan.FromMilliseconds(250) }, time);
        var before = time.PendingTimers;
        var answer = shop.SendAsync(HttpMethod.Get, "/products");
        await time.WaitForTimersAsync(before + 1, TestContext.Current.CancellationToken);
        time.Advance(TimeSpan.FromMilliseconds(249));
        Assert.False(answer.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal(200, (await answer.Within(TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public void SlowStart_OverTime_FallsToNothing()
    {
        var time = new FakeTimeProvider();
        var faults = new FaultSwitch(new ShopOptions { SlowStart = TimeSpan.FromSeconds(10), SlowStartLatency = TimeSpan.FromMilliseconds(400) }, time);
        Assert.Equal(400, faults.Next().Latency.TotalMilliseconds);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(200, faults.Next().Latency.TotalMilliseconds);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(TimeSpan.Zero, faults.Next().Latency);
    }

    [Fact]
    public void Options_OutOfRange_AllNamedAtOnce()
    {
        var error = Assert.Throws<ArgumentException>(() => new ShopOptions { Products = 3, FaultShare503 = 2, MaxOrders = 0 }.Validate());
        Assert.Contains("Products", error.Message, StringComparison.Ordinal);
        Assert.Contains("FaultShare503", error.Message, StringComparison.Ordinal);
        Assert.Contains("MaxOrders", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reset_AfterOrders_IsAFreshShop()
    {
        await using var shop = await TestShop.StartAsync();
        var token = await shop.LogInAsync();
        await shop.AddAsync(token, 4, 1);
        await shop.SendAsync(HttpMethod.Post, "/checkout", token);
        Assert.Equal(204, (await shop.SendAsync(HttpMethod.Post, "/_shop/reset")).Status);
        Assert.Equal(0, (await shop.SendAsync(HttpMethod.Get, "/_shop/orders")).Body.GetArrayLength());
        Assert.Equal(100_000, await shop.StockAsync(4));
        Assert.Equal(401, (await shop.SendAsync(HttpMethod.Get, "/cart", token)).Status);
    }

    private static async Task<List<int>> RunAsync(TestShop shop, long seed)
    {
        await shop.SendAsync(HttpMethod.Put, "/_shop/faults", null, new { share503 = 0.3, seed });
        var statuses = new List<int>();
        for (var i = 0; i < 100; i++)
        {
            statuses.Add((await shop.SendAsync(HttpMethod.Get, "/products/4")).Status);
        }

        return statuses;
    }
}
