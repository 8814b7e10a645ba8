using System.Text.Encodings.Web;
using System.Text.Json;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Where two canonical requests differ.</summary>
/// <param name="Pointer">JSON pointer (RFC 6901).</param>
/// <param name="Recorded">The recorded value around the difference, shortened; <c>nothing</c>: it is absent.</param>
/// <param name="Live">The live value, likewise.</param>
internal sealed record RequestDifference(string Pointer, string Recorded, string Live)
{
    private const string Absent = "nothing";
    private const int Shown = 60;
    private const int Context = 15;
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };

    /// <summary>All differences, in the order of the canonical form, at most <paramref name="most"/>.</summary>
    public static IReadOnlyList<RequestDifference> Between(byte[] recorded, byte[] live, int most)
    {
        using var first = JsonDocument.Parse(recorded, Deep);
        using var second = JsonDocument.Parse(live, Deep);
        return [.. Compare("", first.RootElement, second.RootElement).Take(most)];
    }

    private static IEnumerable<RequestDifference> Compare(string pointer, JsonElement? recorded, JsonElement? live)
    {
        if (recorded is not { } a || live is not { } b || a.ValueKind != b.ValueKind)
        {
            return [Tell(pointer, recorded, live)];
        }

        switch (a.ValueKind)
        {
            case JsonValueKind.Object:
                var names = a.EnumerateObject().Concat(b.EnumerateObject()).Select(member => member.Name).Distinct().Order(StringComparer.Ordinal);
                return names.SelectMany(name => Compare($"{pointer}/{Escape(name)}", Member(a, name), Member(b, name)));
            case JsonValueKind.Array:
                return Enumerable.Range(0, Math.Max(a.GetArrayLength(), b.GetArrayLength())).SelectMany(i => Compare($"{pointer}/{i}", Item(a, i), Item(b, i)));
            default:
                return JsonElement.DeepEquals(a, b) ? [] : [Tell(pointer, a, b)];
        }
    }

    private static JsonElement? Member(JsonElement value, string name) => value.TryGetProperty(name, out var member) ? member : null;

    private static JsonElement? Item(JsonElement value, int i) => i < value.GetArrayLength() ? value[i] : null;

    private static RequestDifference Tell(string pointer, JsonElement? recorded, JsonElement? live)
    {
        var (a, b) = (Text(recorded), Text(live));
        var same = recorded is null || live is null ? 0 : a.AsSpan().CommonPrefixLength(b);
        return new RequestDifference(pointer, Shorten(a, same), Shorten(b, same));
    }

    private static string Text(JsonElement? value) => value switch
    {
        null => Absent,
        { ValueKind: JsonValueKind.String } text => $"\"{JsonEncodedText.Encode(text.GetString()!, JavaScriptEncoder.UnsafeRelaxedJsonEscaping)}\"",
        { } other => other.GetRawText(),
    };

    // Long texts (a system prompt) differ far from their beginning.
    private static string Shorten(string text, int same)
    {
        var start = text.Length <= Shown ? 0 : Math.Max(0, Math.Min(same - Context, text.Length - Shown));
        var end = Math.Min(text.Length, start + Shown);
        return (start > 0 ? "..." : "") + text[start..end] + (end < text.Length ? "..." : "");
    }

    private static string Escape(string name) => name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
