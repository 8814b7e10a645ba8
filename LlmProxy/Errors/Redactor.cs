using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Errors;

/// <summary>
/// Takes keys out of texts that a provider sent: the provider's own key and whatever looks like one. The own key is found as it is, URL-encoded, escaped as in
/// JSON or HTML, and in Base64 at any offset; cut off as well, as long as its first <see cref="ShortestPrefix"/> characters are there.
/// </summary>
internal sealed partial class Redactor
{
    public const string Mask = "[redacted]";

    /// <summary>Characters of a key that give it away. A shorter key is masked where it stands whole.</summary>
    public const int ShortestPrefix = 8;

    private readonly string[] _forms;
    private readonly SearchValues<string>? _starts;

    public Redactor(string? key)
    {
        _forms = string.IsNullOrEmpty(key) ? [] : [.. Forms(key).Where(form => form.Length > 0).Distinct(StringComparer.Ordinal)];
        _starts = _forms.Length == 0 ? null : SearchValues.Create([.. _forms.Select(form => form[..Math.Min(ShortestPrefix, form.Length)])], StringComparison.OrdinalIgnoreCase);
    }

    public string Redact(string text) => KeyLike().Replace(WithoutKey(text), Mask);

    private string WithoutKey(string text)
    {
        if (_starts is null || text.AsSpan().IndexOfAny(_starts) is var at && at < 0)
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        var rest = text.AsSpan();
        while (at >= 0)
        {
            result.Append(rest[..at]).Append(Mask);
            rest = rest[(at + Longest(rest[at..]))..];
            at = rest.IndexOfAny(_starts);
        }

        return result.Append(rest).ToString();
    }

    // How much of a key, in whichever form, stands at the beginning of the text.
    private int Longest(ReadOnlySpan<char> text)
    {
        var longest = 0;
        foreach (var form in _forms)
        {
            var same = 0;
            while (same < form.Length && same < text.Length && char.ToUpperInvariant(form[same]) == char.ToUpperInvariant(text[same]))
            {
                same++;
            }

            longest = same >= Math.Min(ShortestPrefix, form.Length) ? Math.Max(longest, same) : longest;
        }

        return Math.Max(1, longest);
    }

    private static IEnumerable<string> Forms(string key)
    {
        yield return key;
        yield return Uri.EscapeDataString(key);
        yield return JsonEncodedText.Encode(key).ToString();
        yield return JsonEncodedText.Encode(key, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).ToString();
        yield return JsonEncodedText.Encode(key).ToString().Replace("/", "\\/", StringComparison.Ordinal);
        yield return HtmlEncoder.Default.Encode(key);
        if (key.Length < ShortestPrefix)
        {
            yield break; // its Base64 is too short to be told from other text
        }

        // In Base64 a key looks differently at each of three offsets ("user:key" of Basic authentication); the characters at either end also hold a neighbour's bits.
        var bytes = Encoding.UTF8.GetBytes(key);
        for (var offset = 0; offset < 3; offset++)
        {
            byte[] padded = [.. new byte[offset], .. bytes];
            var text = Convert.ToBase64String(padded).TrimEnd('=');
            var whole = (padded.Length * 8) / 6;
            var form = text[(offset == 0 ? 0 : offset + 1)..whole];
            yield return form;
            yield return form.Replace('+', '-').Replace('/', '_');
        }
    }

    // OpenAI echoes its keys half masked ("sk-abc***xyz"); bearer values are echoed by some gateways.
    [GeneratedRegex(@"\b(?:sk|csk|gsk|pk|rk)-[A-Za-z0-9_*-]{6,}|(?<=[Bb]earer )[A-Za-z0-9._~+/*=-]{8,}", RegexOptions.CultureInvariant)]
    private static partial Regex KeyLike();
}
