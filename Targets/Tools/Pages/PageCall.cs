namespace ApeTest.Targets.Tools.Pages;

/// <summary>A request as a browser makes it from a page.</summary>
internal static class PageCall
{
    public const string NoPage = "$: the session is on no page yet; read one first (its answer has `links` and `forms`)";

    private const string Accept = "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8";

    private const int MostNamed = 20;

    /// <summary>The request.</summary>
    /// <param name="method">Method.</param>
    /// <param name="url">Where it goes.</param>
    /// <param name="tool">Tool that makes it.</param>
    /// <param name="page">Page that it comes from. It is named in <c>Referer</c> (<c>strict-origin-when-cross-origin</c>), which Django asks for.</param>
    /// <param name="targetUrl">URL of the target: its token is not shown to another host.</param>
    public static TargetCall Of(HttpMethod method, Uri url, string tool, HtmlPage page, Uri targetUrl)
    {
        var headers = new List<KeyValuePair<string, string>> { new("Accept", Accept) };
        if (page.Url is { } from && (from.Scheme != Uri.UriSchemeHttps || url.Scheme == Uri.UriSchemeHttps))
        {
            var isSameOrigin = from.Scheme == url.Scheme && from.Authority == url.Authority;
            headers.Add(new("Referer", isSameOrigin ? from.GetComponents(UriComponents.HttpRequestUrl, UriFormat.UriEscaped) : from.GetLeftPart(UriPartial.Authority) + "/"));
        }
        return new TargetCall(method, url)
        {
            Operation = tool,
            Headers = headers,
            ShowToken = url.Authority == targetUrl.Authority,
            CarryCsrf = false,
        };
    }

    /// <summary>Names for an error message.</summary>
    public static string List(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(MostNamed)) + (all.Count > MostNamed ? $" and {all.Count - MostNamed} more" : "");
    }
}
