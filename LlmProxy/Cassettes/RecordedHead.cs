using System.Buffers;
using System.Text.Json;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Checks the head of a recorded answer, which may have been edited by hand: what HTTP cannot carry would else fail in the middle of a replay.</summary>
internal static class RecordedHead
{
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    // They say how a body travels, which is the server's affair; content_type has a member of its own.
    private static readonly string[] Framing = ["connection", "content-encoding", "content-length", "content-type", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

    /// <summary>A status that an answer with a body can have. Throws <see cref="JsonException"/>.</summary>
    public static int Status(JsonElement value) => value.GetInt32() switch
    {
        204 or 205 or 304 => throw new JsonException($"status: {value.GetInt32()} allows no body; write 200, or the status of an error."),
        < 200 or > 599 => throw new JsonException("status: is not within 200..599."),
        var status => status,
    };

    /// <summary>A content type; null: none. Throws <see cref="JsonException"/>.</summary>
    public static string? ContentType(JsonElement value) => value.GetString() is { } type ? Value("content_type", type) : null;

    /// <summary>A header. Throws <see cref="JsonException"/>.</summary>
    public static KeyValuePair<string, string> Header(JsonProperty header)
    {
        if (header.Name.Length == 0 || header.Name.AsSpan().ContainsAnyExcept(NameCharacters))
        {
            throw new JsonException($"headers: {Shown(header.Name)} is no header's name; letters, digits and hyphens make one.");
        }

        if (Framing.Contains(header.Name, StringComparer.OrdinalIgnoreCase))
        {
            throw new JsonException($"headers: {header.Name} is set by the proxy itself; remove it.");
        }

        return header.Value.ValueKind == JsonValueKind.String
            ? KeyValuePair.Create(header.Name, Value($"headers: {header.Name}", header.Value.GetString()!))
            : throw new JsonException($"headers: {header.Name} is no string.");
    }

    private static string Value(string place, string text) => !text.AsSpan().ContainsAnyExceptInRange(' ', '~')
        ? text
        : throw new JsonException($"{place} holds a line break or another character that a header cannot have: {Shown(text)}.");

    private static string Shown(string text) => $"\"{JsonEncodedText.Encode(text.Length > 40 ? text[..40] + "..." : text)}\"";
}
