using System.Text.Json.Serialization;
using ApeTest.Shop.Accounts;
using ApeTest.Shop.Admin;
using ApeTest.Shop.Carts;
using ApeTest.Shop.Catalog;
using ApeTest.Shop.Faults;
using ApeTest.Shop.OpenApi;
using ApeTest.Shop.Orders;
using ApeTest.Shop.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ApeTest.Shop;

/// <summary>The sample shop as a library: the service alone and the CLI's embedded host compose the same two calls.</summary>
public static class ShopExtensions
{
    /// <summary>Its name in logs.</summary>
    public const string Service = "shop";

    /// <summary>Where its OpenAPI document is.</summary>
    public const string OpenApiPath = "/openapi/v1.json";

    /// <summary>Adds the shop, seeded as <paramref name="options"/> say.</summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names all that are.</exception>
    public static WebApplicationBuilder AddShop(this WebApplicationBuilder builder, ShopOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        builder.Services.AddSingleton(options);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ShopStore>();
        builder.Services.AddSingleton<Checkout>();
        builder.Services.AddSingleton<FaultSwitch>();
        // Numbers are numbers: "2" is refused, and the document says integer, not integer or string.
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict);
        // Refusals of the framework are thrown, so that the shop can answer them with a problem document.
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.AddOpenApi("v1", ShopDocument.Configure);
        return builder;
    }

    /// <summary>Maps the shop's operations, its OpenAPI document and <c>/_shop</c>.</summary>
    public static WebApplication MapShop(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // Seeded now, not by the first customer.
        _ = app.Services.GetRequiredService<ShopStore>();
        app.UseMiddleware<ShopMiddleware>();
        app.MapAccounts();
        app.MapProducts();
        app.MapCarts();
        app.MapOrders();
        app.MapAdmin();
        app.MapOpenApi();
        return app;
    }
}
