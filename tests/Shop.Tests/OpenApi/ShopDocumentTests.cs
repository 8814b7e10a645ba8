using System.Text.Json;

namespace ApeTest.Shop.Tests.OpenApi;

public class ShopDocumentTests
{
    private static readonly Dictionary<string, string> Operations = new(StringComparer.Ordinal)
    {
        ["register"] = "POST /users",
        ["login"] = "POST /auth/login",
        ["loginCookie"] = "POST /auth/login-cookie",
        ["logout"] = "POST /auth/logout",
        ["listProducts"] = "GET /products",
        ["getProduct"] = "GET /products/{productId}",
        ["getCart"] = "GET /cart",
        ["addToCart"] = "POST /cart/items",
        ["removeFromCart"] = "DELETE /cart/items/{productId}",
        ["checkout"] = "POST /checkout",
        ["listOrders"] = "GET /orders",
        ["getOrder"] = "GET /orders/{orderId}",
    };

    private static readonly string[] Open = ["register", "login", "loginCookie", "listProducts", "getProduct"];

    [Fact]
    public async Task Document_Operations_AreExactlyTheShops()
    {
        var found = (await OperationsAsync()).ToDictionary(one => one.Operation.GetProperty("operationId").GetString()!, one => one.Route);
        Assert.Equal(Operations.OrderBy(pair => pair.Key, StringComparer.Ordinal), found.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task Document_EveryOperation_IsDescribedSecuredAndHasItsProblems()
    {
        foreach (var (_, operation) in await OperationsAsync())
        {
            var id = operation.GetProperty("operationId").GetString()!;
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            Assert.True(operation.GetProperty("description").GetString()!.Length > 20, id);
            var responses = operation.GetProperty("responses");
            var secured = operation.TryGetProperty("security", out var security);
            Assert.Equal(!Open.Contains(id), secured);
            Assert.Equal(secured, responses.TryGetProperty("401", out _) && id is not ("login" or "loginCookie"));
            if (secured)
            {
                Assert.Equal(["bearerAuth", "cookieAuth"], security.EnumerateArray().Select(one => one.EnumerateObject().Single().Name));
            }

            foreach (var response in responses.EnumerateObject())
            {
                // The framework's own wording ("OK", "Conflict") says nothing.
                Assert.True(response.Value.GetProperty("description").GetString()!.Contains(' ') || response.Name == "204", $"{id} {response.Name}");
                if (response.Name[0] == '4')
                {
                    Assert.True(response.Value.GetProperty("content").TryGetProperty("application/problem+json", out _), $"{id} {response.Name}");
                }
            }
        }
    }

    [Fact]
    public async Task Document_Schemas_CarryRulesAndExamples()
    {
        var document = await DocumentAsync();
        var item = document.GetProperty("components").GetProperty("schemas").GetProperty("NewCartItem");
        Assert.Equal(["productId", "quantity"], item.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Order());
        var quantity = item.GetProperty("properties").GetProperty("quantity");
        Assert.Equal("integer", quantity.GetProperty("type").GetString());
        Assert.Equal((1, 1000), (quantity.GetProperty("minimum").GetInt32(), quantity.GetProperty("maximum").GetInt32()));
        Assert.Equal(2, quantity.GetProperty("examples")[0].GetInt32());

        var credentials = document.GetProperty("components").GetProperty("schemas").GetProperty("Credentials");
        Assert.Equal(["password", "username"], credentials.GetProperty("required").EnumerateArray().Select(name => name.GetString()).Order());
        var registration = document.GetProperty("components").GetProperty("schemas").GetProperty("Registration").GetProperty("properties");
        Assert.Equal(8, registration.GetProperty("password").GetProperty("minLength").GetInt32());

        var sort = document.GetProperty("paths").GetProperty("/products").GetProperty("get").GetProperty("parameters").EnumerateArray()
            .Single(parameter => parameter.GetProperty("name").GetString() == "sort");
        Assert.Equal(["price", "-price", "name", "-name"], sort.GetProperty("schema").GetProperty("enum").EnumerateArray().Select(value => value.GetString()));
    }

    private static async Task<List<(string Route, JsonElement Operation)>> OperationsAsync()
    {
        var document = await DocumentAsync();
        return [.. document.GetProperty("paths").EnumerateObject().SelectMany(path =>
            path.Value.EnumerateObject().Select(operation => ($"{operation.Name.ToUpperInvariant()} {path.Name}", operation.Value)))];
    }

    private static async Task<JsonElement> DocumentAsync()
    {
        await using var shop = await TestShop.StartAsync();
        var answer = await shop.SendAsync(HttpMethod.Get, ShopExtensions.OpenApiPath);
        Assert.Equal(200, answer.Status);
        return answer.Body;
    }
}
