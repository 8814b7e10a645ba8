using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace ApeTest.EndToEnd.Tests.Security;

/// <summary>How a secret may be written somewhere and still be read.</summary>
internal static class Spellings
{
    /// <summary>Format -> the text in it.</summary>
    public static Dictionary<string, string> Of(string secret) => new(StringComparer.Ordinal)
    {
        ["plain text"] = secret,
        ["JSON"] = JsonEncodedText.Encode(secret).Value,
        ["readable JSON"] = JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value,
        ["a URL"] = Uri.EscapeDataString(secret),
        ["a browser's URL"] = Browser(secret),
        ["a URL in lower case"] = WebUtility.UrlEncode(secret).ToLowerInvariant(),
        ["a form"] = WebUtility.UrlEncode(secret),
        ["HTML"] = WebUtility.HtmlEncode(secret),
        ["base64"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)),
    };

    /// <summary>As encodeURIComponent writes it (ECMA-262, 19.2.6.5): fewer characters are escaped than by RFC 3986.</summary>
    private static string Browser(string text)
    {
        var url = new StringBuilder(Uri.EscapeDataString(text));
        foreach (var kept in "!'()*")
        {
            url.Replace(Uri.HexEscape(kept), kept.ToString());
        }
        return url.ToString();
    }
}
