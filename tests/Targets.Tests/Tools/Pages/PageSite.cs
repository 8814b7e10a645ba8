using Microsoft.AspNetCore.Http;

namespace ApeTest.Targets.Tests.Tools.Pages;

/// <summary>A small site with server-side pages: a log-in form with a value against forgery, forms of all kinds, an echo of what was sent.</summary>
internal static class PageSite
{
    public const string Home = """
        <title>Home</title>
        <a href="/login">Log in</a> <a href="/kinds">All kinds</a> <a href="/a">Details</a> <a href="/b">Details</a> <a href="http://elsewhere.test/">Elsewhere</a>
        <form id=search action="/search?old=1" method=get><input name=q><button>Go</button></form>
        """;

    public const string Kinds = """
        <form action="/echo" method=post>
          <input type=hidden name=token value="h&amp;1"><input name=text value="old"><textarea name=note>
        one
        two</textarea>
          <input type=hidden name=agree value=0><input type=checkbox name=agree value=1>
          <input type=checkbox name=tag value=a checked><input type=checkbox name=tag value=b>
          <input type=radio name=size value=s checked><input type=radio name=size value=l>
          <select name=colour><option value=r>Red<option value=g>Green</select>
          <select name=extras multiple><option selected>x<option>y<option selected>z</select>
          <select name=later><option disabled selected>Choose<option>mon</select>
          <input name=off value=1 disabled><fieldset disabled><input name=off2 value=1></fieldset>
          <button type=button name=script value=1>No</button>
          <button name=do value=save>Save</button><button name=do value=drop formaction="/echo?dropped">Drop</button>
        </form>
        <input form=late name=outside value=no>
        """;

    private const string Upload = """
        <form action="/echo" method=post enctype="multipart/form-data"><input type=hidden name=token value=h1><input type=file name=doc><input name=title required></form>
        """;

    public static Task HandleAsync(HttpContext context) => (context.Request.Method, context.Request.Path.Value) switch
    {
        (_, "/") => Page(context, Home),
        (_, "/kinds") => Page(context, Kinds),
        (_, "/upload") => Page(context, Upload),
        ("GET", "/login") => LoginAsync(context),
        ("POST", "/login") => CheckAsync(context),
        (_, "/account") => Page(context, $"<title>Account of {context.Request.Cookies["user"]}</title>"),
        (_, "/echo") or (_, "/search") => EchoAsync(context),
        _ => Task.Run(() => context.Response.StatusCode = 404, context.RequestAborted),
    };

    private static Task Page(HttpContext context, string html)
    {
        context.Response.ContentType = "text/html; charset=utf-8";
        return context.Response.WriteAsync(html, context.RequestAborted);
    }

    private static Task LoginAsync(HttpContext context)
    {
        var value = Guid.NewGuid().ToString("N");
        context.Response.Cookies.Append("forgery", value, new CookieOptions { HttpOnly = true });
        return Page(context, $"""<form method=post><input type=hidden name=_csrf value={value}><input name=user required><input type=password name=password required><input type=submit value="Log in"></form>""");
    }

    private static async Task CheckAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        if (form["_csrf"] != context.Request.Cookies["forgery"] || form["_csrf"].Count == 0 || !context.Request.Headers.Referer.ToString().EndsWith("/login", StringComparison.Ordinal))
        {
            context.Response.StatusCode = 403;
            return;
        }
        if (form["password"] != "pw")
        {
            await LoginAsync(context);
            return;
        }
        context.Response.Cookies.Append("user", form["user"].ToString());
        context.Response.Redirect("/account");
    }

    private static async Task EchoAsync(HttpContext context)
    {
        var pairs = context.Request.HasFormContentType
            ? (await context.Request.ReadFormAsync(context.RequestAborted)).SelectMany(static field => field.Value.Select(value => $"{field.Key}={value}"))
                .Concat(context.Request.Form.Files.Select(static file => $"{file.Name}:{file.FileName}:{file.ContentType}:{file.Length}"))
            : [];
        context.Response.ContentType = "text/plain";
        await context.Response.WriteAsync($"{context.Request.Method} {context.Request.QueryString} {string.Join('|', pairs)}", context.RequestAborted);
    }
}
