using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ApeTest.Shop.OpenApi;
using ApeTest.Shop.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ApeTest.Shop.Orders;

internal static class OrderEndpoints
{
    private const int MaxPageSize = 100;

    public static void MapOrders(this IEndpointRouteBuilder app)
    {
        app.MapPost("/checkout", CheckOut)
            .Operation("checkout", "Check out", "Buys all that is in the cart and empties it: places an order for it. All or nothing: if one product is out of stock, nothing is sold and the cart stays.", "orders").NeedsLogin()
            .Answers<OrderDetails>(201, "The order that was placed; Location is its address.").Fails(409, "The cart is empty, or a product is out of stock.");
        app.MapGet("/orders", List)
            .Operation("listOrders", "List my orders", "Lists the customer's own orders, the newest first, paged.", "orders").NeedsLogin()
            .Answers<OrderPage>(200, "The page; empty beyond the last one.").Fails(422, "A parameter is out of range.");
        app.MapGet("/orders/{orderId}", Get)
            .Operation("getOrder", "Get an order", "Returns one of the customer's own orders.", "orders").NeedsLogin()
            .Answers<OrderDetails>(200, "The order.").Fails(404, "The customer has no order with this id.");
    }

    private static IResult CheckOut(HttpContext context, ShopStore shop, Checkout checkout, TimeProvider time)
    {
        var state = shop.State;
        var now = time.GetUtcNow();
        if (state.Sessions.Of(context.Request, now) is not { } session)
        {
            return Problems.NotLoggedIn(context.Response);
        }

        var (order, lacking) = checkout.Place(state, session, now);
        if (order is not null)
        {
            context.Response.Headers.Location = "/orders/" + order.Id;
            return TypedResults.Json(OrderDetails.Of(order), statusCode: StatusCodes.Status201Created);
        }

        return lacking is null
            ? Problems.Conflict("empty-cart", "Empty cart", "The cart is empty. Put something in with POST /cart/items first.")
            : Problems.Conflict(
                "out-of-stock",
                "Out of stock",
                $"Of product {lacking.Id}, '{lacking.Name}', only {lacking.Stock} are left. Take it out with DELETE /cart/items/{lacking.Id}, or buy less of it.");
    }

    private static IResult List(
        HttpContext context,
        ShopStore shop,
        TimeProvider time,
        [Description("Page, from 1."), Range(1, int.MaxValue)] int page = 1,
        [Description("Orders on a page."), Range(1, MaxPageSize)] int pageSize = 20)
    {
        var state = shop.State;
        if (state.Sessions.Of(context.Request, time.GetUtcNow()) is not { } session)
        {
            return Problems.NotLoggedIn(context.Response);
        }

        if (page < 1 || pageSize is < 1 or > MaxPageSize)
        {
            return Problems.Invalid(page < 1 ? ("page", "must be at least 1") : ("pageSize", "must be 1 to 100"));
        }

        var numbers = session.User.Orders();
        var first = (page - 1L) * pageSize;
        var items = new List<OrderDetails>();
        for (var i = first; i < numbers.Length && items.Count < pageSize; i++)
        {
            if (state.Orders.Find(numbers[i]) is { } order)
            {
                items.Add(OrderDetails.Of(order));
            }
        }

        return TypedResults.Ok(new OrderPage(items, page, pageSize, numbers.Length));
    }

    private static IResult Get([Description("Order id, as checkout returned it."), Example("ord-000001")] string orderId, HttpContext context, ShopStore shop, TimeProvider time)
    {
        var state = shop.State;
        if (state.Sessions.Of(context.Request, time.GetUtcNow()) is not { } session)
        {
            return Problems.NotLoggedIn(context.Response);
        }

        // Another's order is not there, as far as this customer can tell.
        return Order.ParseId(orderId) is { } number && state.Orders.Find(number) is { } order && order.User == session.User
            ? TypedResults.Ok(OrderDetails.Of(order))
            : Problems.NotFound($"You have no order with the id '{orderId}'. GET /orders lists yours.");
    }
}
