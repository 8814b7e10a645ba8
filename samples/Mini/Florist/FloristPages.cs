using System.Globalization;
using System.Net;

namespace ApeTest.Mini.Florist;

/// <summary>The pages as HTML.</summary>
internal static class FloristPages
{
    public static string Home(Visit visit) => Page(visit, "Florist", "<p>Fresh flowers, delivered today.</p>");

    public static string Login(Visit visit, string? problem) => Page(visit, "Log in", Problem(problem)
        + Form(visit, "/login", "<label>User <input name='user' required></label> <label>Password <input name='password' type='password' required></label>", "Log in"));

    public static string Flowers(Visit visit, IEnumerable<Flower> flowers) => Page(visit, "Flowers",
        "<form action='/flowers' method='get'><input name='q' type='search'><button>Search</button></form><ul>"
        + string.Concat(flowers.Select(flower => $"<li><a href='/flowers/{flower.Slug}'>{Text(flower.Name)}</a> {Price(flower.Price)}</li>")) + "</ul>");

    public static string Detail(Visit visit, Flower flower) => Page(visit, flower.Name, $"<p>{Price(flower.Price)}</p>"
        + Form(visit, "/cart/add", $"<input type='hidden' name='flower' value='{flower.Slug}'><label>Quantity <input name='quantity' type='number' min='1' max='20' value='1'></label>", "Add to cart"));

    public static string Cart(Visit visit, string? problem) => Page(visit, "Your cart", Problem(problem) + "<ul>"
        + string.Concat(Flower.All.Where(flower => visit.Cart.ContainsKey(flower.Slug)).Select(flower => $"<li>{visit.Cart[flower.Slug]} x {Text(flower.Name)}</li>"))
        + $"</ul><p>Total {Price(visit.Total)}</p>"
        + Form(visit, "/checkout", "<label>Address <input name='address' required maxlength='200'></label>", "Place order"));

    public static string Order(Visit visit, FlowerOrder order) => Page(visit, "Thank you",
        $"<p>Your order <b id='order'>{order.Id}</b> is placed: {Text(order.Items)}, {Price(order.Total)}, to {Text(order.Address)}.</p>");

    public static string Refused(Visit visit, string title, string what) => Page(visit, title, $"<p>{Text(what)}</p>");

    private static string Page(Visit visit, string title, string body) => $$"""
        <!doctype html><html lang="en"><head><title>{{Text(title)}}</title></head><body>
        <nav><a href="/">Home</a> <a href="/flowers">Flowers</a> <a href="/cart">Cart</a> {{(visit.User is null ? "<a href=\"/login\">Log in</a>" : $"<span>{Text(visit.User)}</span>")}}</nav>
        <h1>{{Text(title)}}</h1>
        {{body}}
        {{(visit.User is null ? "" : Form(visit, "/logout", "", "Log out"))}}
        </body></html>
        """;

    private static string Form(Visit visit, string action, string fields, string button) =>
        $"<form action='{action}' method='post'><input type='hidden' name='_csrf' value='{visit.Csrf}'>{fields}<button>{button}</button></form>";

    private static string Problem(string? problem) => problem is null ? "" : $"<p role='alert'>{Text(problem)}</p>";

    private static string Price(decimal price) => price.ToString("0.00", CultureInfo.InvariantCulture) + " EUR";

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
