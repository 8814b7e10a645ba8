using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using ApeTest.Shop;
using Microsoft.AspNetCore.Builder;

namespace ApeTest.EndToEnd.Tests.Planner.Shops;

/// <summary>The sample shop, asked by one customer's own login and by the shopkeeper.</summary>
internal sealed class ShopSample(string username, string password) : ISample
{
    public string OpenApiPath => ShopExtensions.OpenApiPath;

    public void Add(WebApplicationBuilder builder) => builder.AddShop(new ShopOptions());

    public void Map(WebApplication app) => app.MapShop();

    public async Task<IReadOnlyList<string>> FactsAsync(HttpClient client)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var all = await client.GetFromJsonAsync<JsonElement>("/_shop/orders", cancellationToken);
        var facts = new List<string>(all.EnumerateArray().Select(order => order.GetProperty("user").GetString()).Where(user => user != username).Select(user => $"an order of {user}"));
        using var login = await client.PostAsJsonAsync("/auth/login", new { username, password }, cancellationToken);
        if (!login.IsSuccessStatusCode)
        {
            return [.. facts, $"no customer {username}"];
        }
        var token = (await login.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("token").GetString();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var orders = await client.GetFromJsonAsync<JsonElement>("/orders", cancellationToken);
        facts.AddRange(orders.GetProperty("items").EnumerateArray().Select(static order =>
            string.Join(", ", order.GetProperty("items").EnumerateArray().Select(static item => $"{item.GetProperty("quantity")} {item.GetProperty("name").GetString()}"))));
        return facts;
    }
}
