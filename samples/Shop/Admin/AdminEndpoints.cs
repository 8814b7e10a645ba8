using ApeTest.Shop.Faults;
using ApeTest.Shop.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ApeTest.Shop.Admin;

/// <summary>For whoever runs the shop, not for its customers: not in the OpenAPI document, never faulted.</summary>
internal static class AdminEndpoints
{
    public static void MapAdmin(this IEndpointRouteBuilder app)
    {
        var admin = app.MapGroup("/_shop").ExcludeFromDescription();
        admin.MapGet("/orders", Orders);
        admin.MapGet("/faults", (FaultSwitch faults) => faults.Settings);
        admin.MapPut("/faults", Switch);
        admin.MapPost("/reset", Reset);
    }

    private static IResult Orders(ShopStore shop)
    {
        // Streamed: there may be two million.
        return TypedResults.Ok(shop.State.Orders.All().Select(order => new AdminOrder(
            order.Id, order.User.Name, order.TraceId.ToHexString(), Money.FromCents(order.Cents), order.Created)));
    }

    private static IResult Switch(FaultSettings settings, FaultSwitch faults)
    {
        if (settings.Share503 is not (>= 0 and <= 1))
        {
            return Problems.Invalid(("share503", "must be 0 to 1"));
        }

        if (settings.LatencyMs is not (>= 0 and <= 60_000))
        {
            return Problems.Invalid(("latencyMs", "must be 0 to 60000"));
        }

        faults.Settings = settings;
        return TypedResults.Ok(settings);
    }

    private static IResult Reset(ShopStore shop)
    {
        shop.Reset();
        return TypedResults.NoContent();
    }
}
