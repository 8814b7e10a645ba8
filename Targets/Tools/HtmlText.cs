using System.Net;
using System.Text;

namespace ApeTest.Targets.Tools;

/// <summary>The visible text of a page, in one pass: no tags, no scripts, no styles, white space collapsed. Links and forms are issue 6's page tools.</summary>
internal static class HtmlText
{
    private static readonly string[] Skipped = ["script", "style", "noscript", "template", "svg"];

    public static string Extract(string html)
    {
        var text = new StringBuilder(Math.Min(html.Length, 8192));
        var at = 0;
        while (at < html.Length)
        {
            var open = html.IndexOf('<', at);
            if (open < 0)
            {
                text.Append(html, at, html.Length - at);
                break;
            }
            text.Append(html, at, open - at);
            if (html.AsSpan(open).StartsWith("<!--", StringComparison.Ordinal))
            {
                var end = html.IndexOf("-->", open, StringComparison.Ordinal);
                at = end < 0 ? html.Length : end + 3;
                continue;
            }
            var close = html.IndexOf('>', open);
            if (close < 0)
            {
                break;
            }
            text.Append(' ');
            at = close + 1;
            foreach (var name in Skipped)
            {
                if (html.AsSpan(open + 1).StartsWith(name, StringComparison.OrdinalIgnoreCase)
                    && open + 1 + name.Length <= close && !char.IsLetterOrDigit(html[open + 1 + name.Length]))
                {
                    var end = html.IndexOf($"</{name}", at, StringComparison.OrdinalIgnoreCase);
                    var after = end < 0 ? -1 : html.IndexOf('>', end);
                    at = after < 0 ? html.Length : after + 1;
                    break;
                }
            }
        }
        return string.Join(' ', WebUtility.HtmlDecode(text.ToString()).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }
}
