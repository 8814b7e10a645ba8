using System.Text.Json;
using ApeTest.Shop;

namespace ApeTest.Cli.Input;

/// <summary>The scenario of <c>ape-test start</c> without a target: shoppers in the sample shop, judged by an order that the shop confirms.</summary>
internal static class DemonstrationScenario
{
    /// <summary>Users of the shop, each a row of the feed. Agents may share one: the shop keeps a cart for each login.</summary>
    public const int Users = 100;

    /// <summary>What every agent wants.</summary>
    public const string Goal = "Log in as {{user.name}} / {{user.password}}, buy two of the cheapest coffee, then log out.";

    /// <summary>The checkout answers 201, and the order that it names can be read.</summary>
    public const string Success = "checkout=201{orderId=$.id}; GET /orders/{{orderId}}=200";

    /// <summary>The scenario as JSON, which the loader reads as it reads YAML.</summary>
    public static string Text(Uri shop) => JsonSerializer.Serialize(new Dictionary<string, object>
    {
        ["name"] = "sample-shop",
        ["target"] = new Dictionary<string, object> { ["name"] = "shop", ["url"] = shop.ToString(), ["openapi"] = ShopExtensions.OpenApiPath },
        ["data"] = new Dictionary<string, object>
        {
            ["user"] = new Dictionary<string, object>
            {
                ["rows"] = Enumerable.Range(1, Users).Select(ShopSeed.User)
                    .Select(user => new Dictionary<string, string> { ["name"] = user.Name, ["password"] = user.Password }),
            },
        },
        ["secrets"] = new[] { "user.password" },
        ["goals"] = new[] { new Dictionary<string, string> { ["name"] = "buy-coffee", ["goal"] = Goal, ["success"] = Success } },
        // The loader's defaults leave it to the user how many sessions must succeed; here nearly all must.
        ["thresholds"] = new Dictionary<string, string> { ["session_success"] = ">= 0.95" },
    });

    /// <summary>The shop of the demonstration: never sold out, whatever the load.</summary>
    public static ShopOptions Shop { get; } = new() { Users = Users, Stock = 1_000_000_000 };
}
