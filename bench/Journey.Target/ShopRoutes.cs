using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ApeTest.Journey_Target;

/// <summary>The five steps of the journey, a fixed answer, and what was counted. Refusals: 400 body, 401 token, 404 id, 409 order.</summary>
internal sealed class ShopRoutes(SessionStore sessions, Counters counters)
{
    private static readonly byte[] PlainBody = """{"status":"ok","items":[{"id":"p0001","name":"Coffee no. 1","price":3.75,"stock":1001}],"page":1}"""u8.ToArray();

    private long _orders;

    public void Map(WebApplication app)
    {
        app.MapPost("/login", LoginAsync);
        app.MapGet("/products", ProductsAsync);
        app.MapPost("/cart", CartAsync);
        app.MapPost("/checkout", CheckoutAsync);
        app.MapPost("/logout", LogoutAsync);
        app.MapGet("/plain", context => Answer(context, Route.Plain, StatusCodes.Status200OK, PlainBody));
        // Clients that look whether it is there are no part of the journey.
        app.MapGet("/", context => { context.Response.StatusCode = StatusCodes.Status204NoContent; return Task.CompletedTask; });
        app.MapGet("/stats", context => Show(context, json => counters.WriteTotals(json, sessions.Open)));
        app.MapGet("/seconds", context => Show(context, counters.WriteSeconds));
        app.MapFallback(context => Answer(context, Route.Unknown, StatusCodes.Status404NotFound, []));
    }

    // The user N has the password of the same number: pass-17 for user-17.
    private async Task LoginAsync(HttpContext context)
    {
        var body = await ReadAsync(context, BodiesJson.Default.LoginBody);
        if (body is null)
        {
            await Answer(context, Route.Login, StatusCodes.Status400BadRequest, []);
        }
        else if (body.Name is not ['u', 's', 'e', 'r', '-', .. { Length: > 0 } number] || body.Password is not ['p', 'a', 's', 's', '-', .. var same] || number != same)
        {
            await Answer(context, Route.Login, StatusCodes.Status401Unauthorized, []);
        }
        else
        {
            var (session, place) = sessions.Begin();
            await Answer(context, Route.Login, StatusCodes.Status200OK, $$"""{"token":"t{{place:x8}}{{session.Nonce:x16}}","userId":"u{{number}}"}""");
        }
    }

    private Task ProductsAsync(HttpContext context) => Find(context) is { } session
        ? Answer(context, Route.Products, StatusCodes.Status200OK, ProductPages.Of(session.Page))
        : Answer(context, Route.Products, StatusCodes.Status401Unauthorized, []);

    private async Task CartAsync(HttpContext context)
    {
        var body = await ReadAsync(context, BodiesJson.Default.CartBody);
        if (Find(context) is not { } session)
        {
            await Answer(context, Route.Cart, StatusCodes.Status401Unauthorized, []);
        }
        else if (body is null or { Quantity: < 1 or > 99 })
        {
            await Answer(context, Route.Cart, StatusCodes.Status400BadRequest, []);
        }
        else if (!ProductPages.Has(session.Page, body.ProductId))
        {
            await Answer(context, Route.Cart, StatusCodes.Status404NotFound, []);
        }
        else
        {
            var cart = sessions.Draw();
            session.Fill(cart);
            await Answer(context, Route.Cart, StatusCodes.Status201Created, $$"""{"id":"c{{cart:x16}}","items":{{body.Quantity}}}""");
        }
    }

    private async Task CheckoutAsync(HttpContext context)
    {
        var body = await ReadAsync(context, BodiesJson.Default.CheckoutBody);
        if (Find(context) is not { } session)
        {
            await Answer(context, Route.Checkout, StatusCodes.Status401Unauthorized, []);
            return;
        }

        var known = ulong.TryParse(body?.CartId is ['c', .. var id] ? id : null, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var cart);
        var status = body is null ? StatusCodes.Status400BadRequest : session.Order(known ? cart : 0);
        if (status == StatusCodes.Status201Created)
        {
            await Answer(context, Route.Checkout, status, $$"""{"orderId":"o{{Interlocked.Increment(ref _orders)}}","status":"paid"}""");
        }
        else
        {
            await Answer(context, Route.Checkout, status, []);
        }
    }

    private Task LogoutAsync(HttpContext context) =>
        Answer(context, Route.Logout, sessions.End(context.Request.Headers.Authorization) ? StatusCodes.Status204NoContent : StatusCodes.Status401Unauthorized, []);

    private Session? Find(HttpContext context) => sessions.Find(context.Request.Headers.Authorization);

    /// <summary>The body; null where it is none of that kind.</summary>
    private static async ValueTask<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync(context.Request.BodyReader, type, context.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private Task Answer(HttpContext context, Route route, int status, string json) => Answer(context, route, status, Encoding.UTF8.GetBytes(json));

    private Task Answer(HttpContext context, Route route, int status, byte[] json)
    {
        counters.Count(route, status);
        context.Response.StatusCode = status;
        if (status != StatusCodes.Status204NoContent)
        {
            context.Response.ContentLength = json.Length;
        }

        if (json.Length > 0)
        {
            context.Response.ContentType = "application/json";
            context.Response.BodyWriter.Write(json);
        }

        return Task.CompletedTask;
    }

    private static async Task Show(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        write(json);
    }
}
