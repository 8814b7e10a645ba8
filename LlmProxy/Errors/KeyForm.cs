using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.ServiceDefaults.Logging;

namespace ApeTest.LlmProxy.Errors;

/// <summary>One way in which a key may be told.</summary>
/// <param name="Text">The key, or what is left of it, as it stands in a text.</param>
/// <param name="Shortest">Characters from its beginning on that give it away.</param>
internal readonly record struct KeyForm(string Text, int Shortest)
{
    /// <summary>Characters of a key that give it away. A shorter key is found where it stands whole.</summary>
    public const int ShortestPrefix = SecretSpellings.ShortestInBase64;

    // Without its prefix ("sk-"), without separators or as digits, a beginning is more easily other text.
    private const int ShortestRest = 12;

    private const int MostRests = 3; // sk-ant-api03-...

    /// <summary>As it is, without its prefixes, URL-encoded, escaped as in JSON or HTML, and in Base64 at any offset.</summary>
    public static KeyForm[] Of(string? key) => string.IsNullOrEmpty(key) ? []
        : [.. Spellings(key).Select(static form => New(form, ShortestPrefix)).Concat(Rests(key).SelectMany(Spellings).Select(static form => New(form, ShortestRest)))
            .Where(static form => form.Text.Length > 0).DistinctBy(static form => form.Text)];

    /// <summary>The same as <see cref="BareText"/>, and as the codes of its bytes.</summary>
    public static KeyForm[] Bare(string? key) => string.IsNullOrEmpty(key) ? []
        : [.. Rests(key).Prepend(key).SelectMany(static each => Spellings(each).Concat(Codes(each)))
            .Select(static form => New(BareText.Of(form), ShortestRest)).Where(static form => form.Text.Length >= ShortestRest).DistinctBy(static form => form.Text)];

    private static KeyForm New(string text, int shortest) => new(text, Math.Min(shortest, text.Length));

    private static IEnumerable<string> Rests(string key)
    {
        for (var i = 0; i < MostRests && key.AsSpan().IndexOfAny('-', '_') is >= 0 and var at; i++)
        {
            key = key[(at + 1)..];
            if (key.Length >= ShortestRest)
            {
                yield return key;
            }
        }
    }

    private static IEnumerable<string> Codes(string key)
    {
        var bytes = Encoding.UTF8.GetBytes(key);
        return [Convert.ToHexString(bytes), string.Concat(bytes)];
    }

    private static IEnumerable<string> Spellings(string key) => Escaped(key).Concat(SecretSpellings.InBase64(key));

    private static IEnumerable<string> Escaped(string key)
    {
        yield return key;
        yield return Uri.EscapeDataString(key);
        yield return JsonEncodedText.Encode(key).ToString();
        yield return JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        yield return JsonEncodedText.Encode(key).ToString().Replace("/", "\\/", StringComparison.Ordinal);
        yield return HtmlEncoder.Default.Encode(key);
    }
}
