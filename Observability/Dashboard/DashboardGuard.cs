using ApeTest.ServiceDefaults.Guard;

namespace ApeTest.Observability.Dashboard;

/// <summary>
/// Lets in whoever has the cookie, a link's key (once) or the control token, and says on every page what it may load: nothing that is not of this origin.
/// <c>Host</c> is the service guard's. What changes a run must come from a page of ours: another port of the same machine is the same site to a cookie.
/// </summary>
internal sealed class DashboardGuard(DashboardKeys keys, ServiceToken token) : IEndpointFilter
{
    private const string Policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        SetHeaders(http.Response);
        if (!token.Required)
        {
            return Refused(401, "The dashboard is closed, because this collector has no token.");
        }
        if (http.Request.Query.TryGetValue(DashboardKeys.Parameter, out var key))
        {
            return Opened(http, key.ToString());
        }
        if (!keys.Knows(http.Request.Cookies[CookieOf(http)]) && !token.Matches(http.Request.Headers[ServiceToken.HeaderName]))
        {
            return Refused(401, "This page needs a link with a key, as `ape-test start` prints it. A link opens one browser, once.");
        }
        return HttpMethods.IsGet(http.Request.Method) || IsOurs(http.Request) ? await next(context)
            : Refused(403, "Only a page of this dashboard may do that.");
    }

    /// <summary>One name a port: cookies know hosts only, and there may be a dashboard of each of two runs.</summary>
    private static string CookieOf(HttpContext http) => $"ape-{http.Connection.LocalPort}";

    public static void SetHeaders(HttpResponse response)
    {
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
    }

    private IResult Opened(HttpContext http, string key)
    {
        // Without the key, so that it is in no history and no bookmark.
        var rest = QueryString.Create(http.Request.Query.Where(static pair => pair.Key != DashboardKeys.Parameter));
        var here = http.Request.Path + rest.ToUriComponent();
        if (keys.Redeem(key) is { } session)
        {
            http.Response.Cookies.Append(CookieOf(http), session, new CookieOptions
            {
                HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = http.Request.IsHttps, Path = DashboardKeys.Path, IsEssential = true,
            });
            return Results.LocalRedirect(here);
        }
        // The same link again in a browser that it has opened.
        return keys.Knows(http.Request.Cookies[CookieOf(http)]) ? Results.LocalRedirect(here)
            : Refused(401, "This link was used already, or is not of this run. Each opens one browser, once.");
    }

    private static bool IsOurs(HttpRequest request) =>
        request.Headers.Origin.ToString() is { Length: > 0 } origin ? origin == $"{request.Scheme}://{request.Host}"
        : request.Headers.ContainsKey(ServiceToken.HeaderName);

    private static IResult Refused(int status, string why) => Results.Content(PageShell.Plain("No entry", why), PageShell.ContentType, System.Text.Encoding.UTF8, status);
}
