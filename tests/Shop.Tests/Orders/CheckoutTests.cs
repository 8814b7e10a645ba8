using System.Text.Json;
using ApeTest.Tests.Shared;

namespace ApeTest.Shop.Tests.Orders;

public class CheckoutTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task Journey_LoginToLogout_OneOrderReadBack()
    {
        await using var shop = await TestShop.StartAsync();
        var token = await shop.LogInAsync();
        var cart = await shop.AddAsync(token, ShopSeed.CheapestCoffee, 2);
        Assert.Equal((201, "/cart"), (cart.Status, cart.Headers["Location"]));
        Assert.Equal(8.40m, cart.Body.GetProperty("total").GetDecimal());

        var order = await shop.SendAsync(HttpMethod.Post, "/checkout", token);
        Assert.Equal(201, order.Status);
        var id = order.Body.GetProperty("id").GetString();
        Assert.Equal("/orders/" + id, order.Headers["Location"]);
        Assert.Equal(8.40m, order.Body.GetProperty("total").GetDecimal());
        Assert.Equal(99_998, await shop.StockAsync(ShopSeed.CheapestCoffee));

        var read = await shop.SendAsync(HttpMethod.Get, order.Headers["Location"], token);
        Assert.Equal(200, read.Status);
        Assert.Equal(order.Body.GetRawText(), read.Body.GetRawText());
        var list = (await shop.SendAsync(HttpMethod.Get, "/orders", token)).Body;
        Assert.Equal((id, 1), (list.GetProperty("items")[0].GetProperty("id").GetString(), list.GetProperty("total").GetInt32()));
        Assert.Empty((await shop.SendAsync(HttpMethod.Get, "/cart", token)).Body.GetProperty("items").EnumerateArray());
        Assert.Equal(204, (await shop.SendAsync(HttpMethod.Post, "/auth/logout", token)).Status);
    }

    [Fact]
    public async Task GetOrder_OfAnotherCustomer_404()
    {
        await using var shop = await TestShop.StartAsync();
        var owner = await shop.LogInAsync(1);
        await shop.AddAsync(owner, 1, 1);
        var location = (await shop.SendAsync(HttpMethod.Post, "/checkout", owner)).Headers["Location"];

        (await shop.SendAsync(HttpMethod.Get, location, await shop.LogInAsync(2))).Problem(404, "not-found");
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, location, await shop.LogInAsync(1))).Status);
        (await shop.SendAsync(HttpMethod.Get, location)).Problem(401, "not-logged-in");
        (await shop.SendAsync(HttpMethod.Get, "/orders/rubbish", owner)).Problem(404, "not-found");
    }

    [Fact]
    public async Task Cart_OfAnotherLogin_IsApart()
    {
        await using var shop = await TestShop.StartAsync();
        var one = await shop.LogInAsync(1);
        var other = await shop.LogInAsync(1);
        await shop.AddAsync(one, 1, 1);
        Assert.Empty((await shop.SendAsync(HttpMethod.Get, "/cart", other)).Body.GetProperty("items").EnumerateArray());
        (await shop.SendAsync(HttpMethod.Post, "/checkout", other)).Problem(409, "empty-cart");
    }

    [Fact]
    public async Task Cart_AddAndRemove_Bounds()
    {
        await using var shop = await TestShop.StartAsync();
        var token = await shop.LogInAsync();
        (await shop.AddAsync(token, 4, 0)).Problem(422, "invalid");
        (await shop.AddAsync(token, 4, 1001)).Problem(422, "invalid");
        (await shop.AddAsync(token, 999, 1)).Problem(404, "not-found");
        (await shop.SendAsync(HttpMethod.Post, "/cart/items", token, new { productId = "4", quantity = 1 })).Problem(400, "bad-request");
        (await shop.SendAsync(HttpMethod.Post, "/cart/items", null, new { productId = 4, quantity = 1 })).Problem(401, "not-logged-in");
        (await shop.SendAsync(HttpMethod.Delete, "/cart/items/4", token)).Problem(404, "not-found");

        await shop.AddAsync(token, 4, 600);
        (await shop.AddAsync(token, 4, 401)).Problem(422, "invalid");
        Assert.Equal(204, (await shop.SendAsync(HttpMethod.Delete, "/cart/items/4", token)).Status);
        Assert.Empty((await shop.SendAsync(HttpMethod.Get, "/cart", token)).Body.GetProperty("items").EnumerateArray());
    }

    [Fact]
    public async Task Checkout_OneProductLacks_NothingIsSold()
    {
        await using var shop = await TestShop.StartAsync();
        var token = await shop.LogInAsync();
        await shop.AddAsync(token, 1, 3);
        await shop.AddAsync(token, ShopSeed.ScarceProduct, 6);

        var detail = (await shop.SendAsync(HttpMethod.Post, "/checkout", token)).Problem(409, "out-of-stock");
        Assert.Contains("Geisha", detail, StringComparison.Ordinal);
        Assert.Equal(100_000, await shop.StockAsync(1));
        Assert.Equal(5, await shop.StockAsync(ShopSeed.ScarceProduct));
        Assert.Equal(2, (await shop.SendAsync(HttpMethod.Get, "/cart", token)).Body.GetProperty("items").GetArrayLength());

        await shop.SendAsync(HttpMethod.Delete, $"/cart/items/{ShopSeed.ScarceProduct}", token);
        Assert.Equal(201, (await shop.SendAsync(HttpMethod.Post, "/checkout", token)).Status);
    }

    [Fact]
    public async Task Checkout_SoldOutProduct_409()
    {
        await using var shop = await TestShop.StartAsync();
        var token = await shop.LogInAsync();
        await shop.AddAsync(token, ShopSeed.SoldOutProduct, 1);
        (await shop.SendAsync(HttpMethod.Post, "/checkout", token)).Problem(409, "out-of-stock");
    }

    [Fact]
    public async Task Checkout_ManyAtOnce_NeverOversells()
    {
        const int stock = 37;
        const int buyers = 100;
        await using var shop = await TestShop.StartAsync(new ShopOptions { StockOf = ShopSeed.ScarceStock.SetItem(4, stock) });
        var statuses = await Task.WhenAll(Enumerable.Range(1, buyers).Select(async user =>
        {
            var token = await shop.LogInAsync(user);
            await shop.AddAsync(token, 4, 1);
            return (await shop.SendAsync(HttpMethod.Post, "/checkout", token)).Status;
        }));

        Assert.Equal(stock, statuses.Count(status => status == 201));
        Assert.Equal(buyers - stock, statuses.Count(status => status == 409));
        Assert.Equal(0, await shop.StockAsync(4));
        Assert.Equal(stock, (await shop.SendAsync(HttpMethod.Get, "/_shop/orders")).Body.GetArrayLength());
    }

    [Fact]
    public async Task Checkout_OneCartManyTimesAtOnce_IsBoughtOnce()
    {
        await using var shop = await TestShop.StartAsync();
        var token = await shop.LogInAsync();
        await shop.AddAsync(token, 4, 1);
        var statuses = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ => (await shop.SendAsync(HttpMethod.Post, "/checkout", token)).Status));
        Assert.Equal(1, statuses.Count(status => status == 201));
        Assert.Equal(99_999, await shop.StockAsync(4));
    }

    [Theory]
    [InlineData("01", 2)]
    [InlineData("00", 1)]
    public async Task Checkout_TraceContext_IsStoredAndAlwaysLogged(string flags, int lines)
    {
        using var directory = new TempDirectory();
        await using (var shop = await TestShop.StartAsync(logDirectory: directory.Path))
        {
            var token = await shop.LogInAsync();
            await shop.AddAsync(token, 4, 1);
            await shop.SendAsync(HttpMethod.Post, "/checkout", token, headers: headers => headers.Add("traceparent", $"00-{TraceId}-b7ad6b7169203331-{flags}"));
            var order = (await shop.SendAsync(HttpMethod.Get, "/_shop/orders")).Body[0];
            Assert.Equal(TraceId, order.GetProperty("trace_id").GetString());
            Assert.Equal("user-0001", order.GetProperty("user").GetString());
            Assert.Equal(4.20m, order.GetProperty("total").GetDecimal());
        }

        var log = File.ReadLines(directory.Combine("shop.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)
            .Where(line => line.GetProperty("trace_id").GetString() == TraceId).ToList();
        Assert.Equal(lines, log.Count);
        Assert.Equal("order.placed", log[0].GetProperty("event").GetString());
        Assert.Equal("ord-000001", log[0].GetProperty("order_id").GetString());
        if (lines > 1)
        {
            Assert.Equal("http.request", log[1].GetProperty("event").GetString());
            Assert.Equal(201, log[1].GetProperty("status").GetInt32());
        }
    }

    [Fact]
    public async Task Orders_MoreThanKept_TheOldestIsForgotten()
    {
        await using var shop = await TestShop.StartAsync(new ShopOptions { MaxOrders = 2 });
        var token = await shop.LogInAsync();
        for (var i = 0; i < 3; i++)
        {
            await shop.AddAsync(token, 4, 1);
            Assert.Equal(201, (await shop.SendAsync(HttpMethod.Post, "/checkout", token)).Status);
        }

        Assert.Equal(404, (await shop.SendAsync(HttpMethod.Get, "/orders/ord-000001", token)).Status);
        Assert.Equal(200, (await shop.SendAsync(HttpMethod.Get, "/orders/ord-000003", token)).Status);
        Assert.Equal(2, (await shop.SendAsync(HttpMethod.Get, "/_shop/orders")).Body.GetArrayLength());
    }
}
