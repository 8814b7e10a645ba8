using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.Mini.Florist;

/// <summary>A small web shop of pages and forms, with a session cookie and values against forgery; no API. State is in memory.</summary>
public static class FloristExtensions
{
    private const string Cookie = "florist";

    /// <summary>Adds the florist.</summary>
    public static WebApplicationBuilder AddFlorist(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton<FloristState>();
        return builder;
    }

    /// <summary>Maps its pages.</summary>
    public static WebApplication MapFlorist(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.MapGet("/", (HttpContext context, FloristState state) => Html(FloristPages.Home(Visit(context, state))));
        app.MapGet("/login", (HttpContext context, FloristState state) => Html(FloristPages.Login(Visit(context, state), null)));
        app.MapGet("/flowers", (HttpContext context, FloristState state, string? q) => Html(FloristPages.Flowers(Visit(context, state),
            Flower.All.Where(flower => string.IsNullOrEmpty(q) || flower.Name.Contains(q, StringComparison.OrdinalIgnoreCase)))));
        app.MapGet("/flowers/{slug}", (HttpContext context, FloristState state, string slug) => Flower.All.FirstOrDefault(flower => flower.Slug == slug) is { } found
            ? Html(FloristPages.Detail(Visit(context, state), found))
            : Missing(Visit(context, state)));
        app.MapGet("/cart", (HttpContext context, FloristState state) => Html(FloristPages.Cart(Visit(context, state), null)));
        app.MapGet("/orders/{id}", (HttpContext context, FloristState state, string id) =>
            Visit(context, state) is { User: { } user } visit && state.Order(id) is { } order && order.User == user ? Html(FloristPages.Order(visit, order)) : Missing(Visit(context, state)));
        MapForm(app, "/login", LogIn);
        MapForm(app, "/cart/add", Add);
        MapForm(app, "/checkout", CheckOut);
        MapForm(app, "/logout", LogOut);
        return app;
    }

    private static void MapForm(WebApplication app, string path, Func<Visit, FloristState, IFormCollection, IResult> handle) => app.MapPost(path, async (HttpContext context, FloristState state) =>
    {
        var visit = Visit(context, state);
        if (!context.Request.HasFormContentType)
        {
            return Html(FloristPages.Refused(visit, "Not a form", "Send the fields of the form."), StatusCodes.Status415UnsupportedMediaType);
        }
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        return form["_csrf"] == visit.Csrf
            ? handle(visit, state, form)
            : Html(FloristPages.Refused(visit, "Forbidden", "The form is not of this session: open the page again."), StatusCodes.Status403Forbidden);
    });

    private static IResult LogIn(Visit visit, FloristState state, IFormCollection form)
    {
        if (!SampleUsers.Has(form["user"], form["password"]))
        {
            return Html(FloristPages.Login(visit, "Unknown user or wrong password."), StatusCodes.Status401Unauthorized);
        }
        visit.User = form["user"];
        return To("/flowers");
    }

    private static IResult Add(Visit visit, FloristState state, IFormCollection form)
    {
        if (Flower.All.FirstOrDefault(flower => flower.Slug == form["flower"]) is not { } found
            || !int.TryParse(form["quantity"], NumberStyles.None, CultureInfo.InvariantCulture, out var quantity) || quantity is < 1 or > 20)
        {
            return Html(FloristPages.Refused(visit, "Not added", "Choose a flower, and 1 to 20 of it."), StatusCodes.Status422UnprocessableEntity);
        }
        visit.Add(found, quantity);
        return To("/cart");
    }

    private static IResult CheckOut(Visit visit, FloristState state, IFormCollection form)
    {
        var address = form["address"].ToString().Trim();
        return visit.User is null ? Html(FloristPages.Login(visit, "Log in to order."), StatusCodes.Status401Unauthorized)
            : visit.Cart.IsEmpty ? Html(FloristPages.Cart(visit, "The cart is empty."), StatusCodes.Status409Conflict)
            : address.Length is 0 or > 200 ? Html(FloristPages.Cart(visit, "An address is needed."), StatusCodes.Status422UnprocessableEntity)
            : To($"/orders/{state.Place(visit, address).Id}");
    }

    private static IResult LogOut(Visit visit, FloristState state, IFormCollection form)
    {
        visit.User = null;
        visit.Cart.Clear();
        return To("/");
    }

    private static Visit Visit(HttpContext context, FloristState state)
    {
        if (state.Visits.Find(context.Request.Cookies[Cookie]) is { } known)
        {
            return known;
        }
        var visit = new Visit();
        context.Response.Cookies.Append(Cookie, state.Visits.Open(visit), new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/" });
        return visit;
    }

    private static IResult Missing(Visit visit) => Html(FloristPages.Refused(visit, "Not found", "There is no such page."), StatusCodes.Status404NotFound);

    // 303: the browser goes there with GET, and a reload sends nothing twice.
    private static IResult To(string path) => new SeeOther(path);

    private static IResult Html(string page, int status = StatusCodes.Status200OK) => Results.Content(page, "text/html; charset=utf-8", statusCode: status);

    private sealed class SeeOther(string path) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = path;
            return Task.CompletedTask;
        }
    }
}
