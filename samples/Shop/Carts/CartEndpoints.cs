using System.ComponentModel;
using ApeTest.Shop.OpenApi;
using ApeTest.Shop.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ApeTest.Shop.Carts;

internal static class CartEndpoints
{
    public static void MapCarts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/cart", Get).Operation("getCart", "Show the cart", "Returns what is in the cart of this login.", "cart").NeedsLogin()
            .Answers<Cart>(200, "The cart.");
        app.MapPost("/cart/items", Add)
            .Operation("addToCart", "Add to the cart", "Puts pieces of a product into the cart; pieces already there are kept. Stock is checked at checkout.", "cart").NeedsLogin()
            .Answers<Cart>(201, "The cart afterwards.").Fails(404, "No product has this id.").Fails(422, "The quantity is out of range, or the cart is full.");
        app.MapDelete("/cart/items/{productId}", Remove)
            .Operation("removeFromCart", "Remove from the cart", "Takes all pieces of a product out of the cart.", "cart").NeedsLogin()
            .Answers(204, "Removed.").Fails(404, "The product is not in the cart.");
    }

    private static IResult Get(HttpContext context, ShopStore shop, TimeProvider time)
    {
        return shop.State.Sessions.Of(context.Request, time.GetUtcNow()) is { } session
            ? TypedResults.Ok(Cart.Of(session.Cart.Lines()))
            : Problems.NotLoggedIn(context.Response);
    }

    private static IResult Add(NewCartItem item, HttpContext context, ShopStore shop, TimeProvider time)
    {
        var state = shop.State;
        if (state.Sessions.Of(context.Request, time.GetUtcNow()) is not { } session)
        {
            return Problems.NotLoggedIn(context.Response);
        }

        if (item.Quantity is < 1 or > CartStore.MaxQuantity)
        {
            return Problems.Invalid(("quantity", $"must be 1 to {CartStore.MaxQuantity}"));
        }

        if (state.Catalogue.Find(item.ProductId) is not { } product)
        {
            return Problems.NotFound($"No product has the id {item.ProductId}. GET /products lists them.");
        }

        if (session.Cart.Add(product, item.Quantity) is not { } lines)
        {
            return Problems.Invalid(("quantity", $"would take the cart beyond {CartStore.MaxQuantity} pieces of a product or {CartStore.MaxLines} products"));
        }

        context.Response.Headers.Location = "/cart";
        return TypedResults.Json(Cart.Of(lines), statusCode: StatusCodes.Status201Created);
    }

    private static IResult Remove([Description("Product id."), Example(4)] int productId, HttpContext context, ShopStore shop, TimeProvider time)
    {
        if (shop.State.Sessions.Of(context.Request, time.GetUtcNow()) is not { } session)
        {
            return Problems.NotLoggedIn(context.Response);
        }

        return session.Cart.Remove(productId)
            ? TypedResults.NoContent()
            : Problems.NotFound($"Product {productId} is not in the cart.");
    }
}
