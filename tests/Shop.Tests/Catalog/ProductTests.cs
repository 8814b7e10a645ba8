namespace ApeTest.Shop.Tests.Catalog;

public class ProductTests
{
    [Theory]
    [InlineData("/products?q=coffee&sort=price&pageSize=2", 1)]
    [InlineData("/products?category=coffee&sort=price&pageSize=2", 1)]
    [InlineData("/products?q=coffee&sort=price&pageSize=2", 99)]
    public async Task List_CheapestCoffee_IsOneProductForEverySeed(string path, long seed)
    {
        await using var shop = await TestShop.StartAsync(new ShopOptions { Seed = seed });
        var items = (await shop.SendAsync(HttpMethod.Get, path)).Body.GetProperty("items");
        Assert.Equal(ShopSeed.CheapestCoffee, items[0].GetProperty("id").GetInt32());
        Assert.Equal(4.20m, items[0].GetProperty("price").GetDecimal());
        Assert.True(items[1].GetProperty("price").GetDecimal() > 4.20m);
    }

    [Fact]
    public async Task List_WithoutParameters_FirstPageHoldsTheCheapestCoffee()
    {
        await using var shop = await TestShop.StartAsync();
        var page = (await shop.SendAsync(HttpMethod.Get, "/products")).Body;
        Assert.Equal((1, 20, 200), (page.GetProperty("page").GetInt32(), page.GetProperty("pageSize").GetInt32(), page.GetProperty("total").GetInt32()));
        Assert.Equal(Enumerable.Range(1, 20), page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt32()));
    }

    [Fact]
    public async Task List_AllPages_HoldEachProductOnce()
    {
        await using var shop = await TestShop.StartAsync();
        var prices = new List<decimal>();
        var ids = new HashSet<int>();
        for (var page = 1; page <= 4; page++)
        {
            foreach (var item in (await shop.SendAsync(HttpMethod.Get, $"/products?sort=-price&pageSize=60&page={page}")).Body.GetProperty("items").EnumerateArray())
            {
                prices.Add(item.GetProperty("price").GetDecimal());
                ids.Add(item.GetProperty("id").GetInt32());
            }
        }

        Assert.Equal(200, ids.Count);
        Assert.Equal(prices.OrderDescending(), prices);
        Assert.Empty((await shop.SendAsync(HttpMethod.Get, "/products?page=2147483647")).Body.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task List_OnlyCoffees_AreCalledCoffee()
    {
        await using var shop = await TestShop.StartAsync();
        var byName = await IdsAsync(shop, "/products?q=COFFEE&pageSize=100");
        Assert.Equal(await IdsAsync(shop, "/products?category=coffee&pageSize=100"), byName);
        var breakfast = await IdsAsync(shop, "/products?q=breakfast%20coffee");
        Assert.Equal([ShopSeed.CheapestCoffee], breakfast);
    }

    [Theory]
    [InlineData("/products?sort=colour", "sort")]
    [InlineData("/products?page=0", "page")]
    [InlineData("/products?pageSize=101", "pageSize")]
    public async Task List_ParameterOutOfRange_422NamesIt(string path, string field)
    {
        await using var shop = await TestShop.StartAsync();
        var answer = await shop.SendAsync(HttpMethod.Get, path);
        answer.Problem(422, "invalid");
        Assert.True(answer.Body.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Get_SameSeed_SameProducts()
    {
        await using var one = await TestShop.StartAsync(new ShopOptions { Seed = 7 });
        await using var same = await TestShop.StartAsync(new ShopOptions { Seed = 7 });
        await using var other = await TestShop.StartAsync(new ShopOptions { Seed = 8 });
        const string path = "/products?sort=name&pageSize=100";
        var products = (await one.SendAsync(HttpMethod.Get, path)).Body.GetRawText();
        Assert.Equal(products, (await same.SendAsync(HttpMethod.Get, path)).Body.GetRawText());
        Assert.NotEqual(products, (await other.SendAsync(HttpMethod.Get, path)).Body.GetRawText());
    }

    [Fact]
    public async Task Get_UnknownOrMalformed_ProblemDocument()
    {
        await using var shop = await TestShop.StartAsync();
        Assert.Equal("Mild and light, good in large cups.", (await shop.SendAsync(HttpMethod.Get, "/products/4")).Body.GetProperty("description").GetString());
        (await shop.SendAsync(HttpMethod.Get, "/products/201")).Problem(404, "not-found");
        (await shop.SendAsync(HttpMethod.Get, "/products/0")).Problem(404, "not-found");
        (await shop.SendAsync(HttpMethod.Get, "/products/abc")).Problem(400, "bad-request");
    }

    [Fact]
    public async Task Request_NoSuchOperation_ProblemDocument()
    {
        await using var shop = await TestShop.StartAsync();
        (await shop.SendAsync(HttpMethod.Get, "/nothing")).Problem(404, "no-such-operation");
        (await shop.SendAsync(HttpMethod.Put, "/products")).Problem(405, "no-such-operation");
        (await shop.SendAsync(HttpMethod.Post, "/auth/login", body: new StringContent("{\"username\": 3"))).Problem(415, "no-such-operation");
        using var broken = new StringContent("{\"username\": 3", System.Text.Encoding.UTF8, "application/json");
        Assert.Contains("$.username", (await shop.SendAsync(HttpMethod.Post, "/auth/login", body: broken)).Problem(400, "bad-request"), StringComparison.Ordinal);
    }

    private static async Task<int[]> IdsAsync(TestShop shop, string path)
    {
        return [.. (await shop.SendAsync(HttpMethod.Get, path)).Body.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("id").GetInt32())];
    }
}
