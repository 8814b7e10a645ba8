using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>The ways in which a secret may stand in a text that somebody else wrote.</summary>
public static partial class SecretSpellings
{
    /// <summary>Characters of a secret whose Base64 is long enough to be told from other text.</summary>
    public const int ShortestInBase64 = 8;

    /// <summary>As it is, escaped as in JSON (each habit), URL-encoded (RFC 3986, as browsers' scripts do, as in forms; hexadecimal digits in either case), and as in HTML. Without repetitions.</summary>
    public static IEnumerable<string> Escaped(string secret) => AllEscaped(secret).Distinct(StringComparer.Ordinal);

    /// <summary>
    /// In Base64 and Base64url. It looks different at each of three offsets (<c>user:secret</c> of Basic authentication); characters at either end that also hold a
    /// neighbour's bits are left out. None for a secret below <see cref="ShortestInBase64"/>.
    /// </summary>
    public static IEnumerable<string> InBase64(string secret)
    {
        if (secret.Length < ShortestInBase64)
        {
            yield break;
        }

        var bytes = Encoding.UTF8.GetBytes(secret);
        for (var offset = 0; offset < 3; offset++)
        {
            byte[] padded = [.. new byte[offset], .. bytes];
            var text = Convert.ToBase64String(padded).TrimEnd('=');
            var whole = (padded.Length * 8) / 6;
            var form = text[(offset == 0 ? 0 : offset + 1)..whole];
            yield return form;
            if (form.AsSpan().IndexOfAny('+', '/') >= 0)
            {
                yield return form.Replace('+', '-').Replace('/', '_');
            }
        }
    }

    private static IEnumerable<string> AllEscaped(string secret)
    {
        yield return secret;
        if (!secret.AsSpan().ContainsAnyExcept(Plain))
        {
            yield break;
        }

        var json = JsonEncodedText.Encode(secret).Value;
        yield return json;
        yield return LowerUnicode().Replace(json, static match => match.Value.ToLowerInvariant());
        yield return JsonEncodedText.Encode(secret, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).Value;
        yield return json.Replace("/", "\\/", StringComparison.Ordinal);
        var url = Uri.EscapeDataString(secret);
        foreach (var form in new[] { url, UnreservedOfScripts().Replace(url, static match => Uri.UnescapeDataString(match.Value)) })
        {
            yield return form;
            yield return LowerPercent().Replace(form, static match => match.Value.ToLowerInvariant());
            yield return form.Replace("%20", "+", StringComparison.Ordinal);
        }

        yield return HtmlEncoder.Default.Encode(secret);
        // As most template engines do: only what has a meaning in HTML, the apostrophe in one of three ways.
        var html = secret.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("\"", "&quot;", StringComparison.Ordinal);
        yield return html;
        yield return html.Replace("'", "&#39;", StringComparison.Ordinal);
        yield return html.Replace("'", "&#x27;", StringComparison.Ordinal);
        yield return html.Replace("'", "&apos;", StringComparison.Ordinal).Replace("&quot;", "&#34;", StringComparison.Ordinal);
    }

    // Nothing escapes these.
    private static System.Buffers.SearchValues<char> Plain { get; } = System.Buffers.SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    [GeneratedRegex(@"\\u[0-9A-F]{4}", RegexOptions.CultureInvariant)]
    private static partial Regex LowerUnicode();

    [GeneratedRegex("%[0-9A-F]{2}", RegexOptions.CultureInvariant)]
    private static partial Regex LowerPercent();

    // encodeURIComponent leaves ! ' ( ) * as they are (ECMA-262, section 19.2.6.4).
    [GeneratedRegex("%(?:21|27|28|29|2A)", RegexOptions.CultureInvariant)]
    private static partial Regex UnreservedOfScripts();
}
