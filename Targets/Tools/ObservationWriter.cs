using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Tools.Pages;

namespace ApeTest.Targets.Tools;

/// <summary>
/// Writes what a brain or an MCP client is told of a call, one JSON object:
/// <list type="bullet">
/// <item><c>status</c>: HTTP status, always.</item>
/// <item><c>body</c>: absent where there is none. JSON as it is, long arrays and strings shortened. HTML as
/// <c>{"title","text","links":[{"text","href"}],"forms":[{"action","method","fields":[{"name","type","value"?,"required"?,"options"?}]}]}</c>,
/// references as paths on the target or absolute URLs elsewhere, passwords never. Other text as a string. Null for bytes.</item>
/// <item><c>headers</c>: those that matter, names in lower case; absent where there are none.</item>
/// <item><c>note</c>: what was left out and how long the whole body is, or what bytes there were; absent where all is shown.</item>
/// </list>
/// A call without an answer is <c>{"error":{"type","message"}}</c>, its type <see cref="ActionResult.ErrorType"/>. The body takes at most 8 KB;
/// secret values are replaced by their placeholders.
/// </summary>
internal static class ObservationWriter
{
    /// <summary>Most bytes of a body in an observation.</summary>
    public const int MaxBody = 8 * 1024;

    /// <summary>How much is kept at each attempt to fit: items of an array, characters of a string.</summary>
    private static readonly (int Items, int Characters)[] Attempts = [(int.MaxValue, int.MaxValue), (50, 1000), (20, 500), (10, 300), (5, 200), (3, 100), (1, 60)];

    private static readonly string[] ShownHeaders =
    [
        "location", "retry-after", "etag", "www-authenticate", "link", "allow",
        "ratelimit", "ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset",
        "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
    ];

    private const string Truncated = "body truncated";

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An observation of an answer.</summary>
    /// <param name="exchange">The answer.</param>
    /// <param name="secrets">Placeholders and their values.</param>
    /// <param name="target">URL of the target, which references are told relative to; null: to the answer's host.</param>
    /// <param name="page">The page that the answer holds; null: none, or one that nobody has read yet.</param>
    public static string Response(in TargetExchange exchange, IReadOnlyDictionary<string, string> secrets, Uri? target = null, HtmlPage? page = null)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("status", exchange.Status);
            var notes = new List<string>();
            if (!exchange.Body.IsEmpty)
            {
                writer.WritePropertyName("body");
                WriteBody(writer, in exchange, secrets, page ?? HtmlPage.Of(in exchange, target), notes);
            }
            WriteHeaders(writer, in exchange, secrets, target);
            if (notes.Exists(static note => note.StartsWith(Truncated, StringComparison.Ordinal)))
            {
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"the whole body has {exchange.BodyLength} bytes"));
            }
            if (exchange.BodyLength > exchange.Body.Length)
            {
                notes.Add(string.Create(CultureInfo.InvariantCulture, $"only the first {exchange.Body.Length} of {exchange.BodyLength} bytes were read"));
            }
            if (notes.Count > 0)
            {
                writer.WriteString("note", string.Join("; ", notes));
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>An observation of a call that did not come to an answer.</summary>
    public static string Error(string type, string message, IReadOnlyDictionary<string, string> secrets)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            writer.WriteStartObject("error");
            writer.WriteString("type", type);
            writer.WriteString("message", SecretFiller.Redact(message, secrets));
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteHeaders(Utf8JsonWriter writer, in TargetExchange exchange, IReadOnlyDictionary<string, string> secrets, Uri? target)
    {
        var started = false;
        if (!exchange.Body.IsEmpty && exchange.Header("Content-Type") is { Length: > 0 } type && !type.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            WriteHeader(writer, "content-type", type, secrets, ref started);
        }
        foreach (var name in ShownHeaders)
        {
            if (exchange.Header(name) is { } value)
            {
                WriteHeader(writer, name, name == "location" ? Location(value, in exchange, target) : value, secrets, ref started);
            }
        }
        if (started)
        {
            writer.WriteEndObject();
        }
    }

    /// <summary>A location that a verb can take as <c>path</c>. Absolute ones are that already, and so is a path where the target's URL has none.</summary>
    private static string Location(string value, in TargetExchange exchange, Uri? target) =>
        target is null || exchange.Url is not { } url || value.Contains("://", StringComparison.Ordinal)
            || (target.AbsolutePath == "/" && url.Authority == target.Authority && value.StartsWith('/') && !value.StartsWith("//", StringComparison.Ordinal))
            || !Uri.TryCreate(url, value, out var location)
            ? value
            : TargetReference.Write(location, target);

    private static void WriteHeader(Utf8JsonWriter writer, string name, string value, IReadOnlyDictionary<string, string> secrets, ref bool started)
    {
        if (!started)
        {
            writer.WriteStartObject("headers");
            started = true;
        }
        // Redacted before it is cut: half a secret is not found.
        writer.WriteString(name, Cut(SecretFiller.Redact(value, secrets), 1000));
    }

    private static void WriteBody(Utf8JsonWriter writer, in TargetExchange exchange, IReadOnlyDictionary<string, string> secrets, HtmlPage? page, List<string> notes)
    {
        var type = exchange.Header("Content-Type") ?? "";
        if (IsJson(type, exchange.Body.Span) && TryWriteJson(writer, exchange.Body, secrets, notes))
        {
            return;
        }
        var text = Text(exchange.Body.Span, type);
        if (text is null)
        {
            writer.WriteNullValue();
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"binary body of {exchange.BodyLength} bytes ({(type.Length > 0 ? Cut(type, 80) : "no content type")}) not shown"));
            return;
        }
        if (page is not null)
        {
            var (json, isCut) = HtmlWriter.Write(page, MaxBody, Options, secrets);
            writer.WriteRawValue(json.Span, skipInputValidation: true);
            notes.Add("HTML reduced to its text, links and forms");
            if (isCut)
            {
                notes.Add($"{Truncated}: not all of the page is shown");
            }
            return;
        }
        text = SecretFiller.Redact(text, secrets);
        if (text.Length > MaxBody / 2)
        {
            notes.Add(string.Create(CultureInfo.InvariantCulture, $"{Truncated} to {MaxBody / 2} of {text.Length} characters"));
            text = Cut(text, MaxBody / 2);
        }
        writer.WriteStringValue(text);
    }

    private static bool TryWriteJson(Utf8JsonWriter writer, ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string> secrets, List<string> notes)
    {
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 128 });
            foreach (var (items, characters) in Attempts)
            {
                var reducer = new JsonReducer(items, characters, secrets);
                var buffer = new ArrayBufferWriter<byte>(Math.Min(body.Length + 64, MaxBody * 2));
                using (var attempt = new Utf8JsonWriter(buffer, Options))
                {
                    reducer.Write(attempt, document.RootElement);
                }
                if (buffer.WrittenCount <= MaxBody)
                {
                    writer.WriteRawValue(buffer.WrittenSpan, skipInputValidation: true);
                    if (reducer.Note is { } note)
                    {
                        notes.Add($"{Truncated}: {note}");
                    }
                    return true;
                }
            }
            return false;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // Not JSON, or JSON whose strings are no text (bytes or escapes that are no characters).
            return false;
        }
    }

    private static bool IsJson(string type, ReadOnlySpan<byte> body)
    {
        if (type.Contains("json", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }
        var start = body.TrimStart(" \t\r\n"u8);
        return type.Length == 0 && start.Length > 0 && start[0] is (byte)'{' or (byte)'[';
    }

    /// <summary>A body as text; null for bytes.</summary>
    internal static string? Text(ReadOnlySpan<byte> body, string type)
    {
        var isText = type.Length == 0 || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase) || type.Contains("json", StringComparison.OrdinalIgnoreCase)
            || type.Contains("xml", StringComparison.OrdinalIgnoreCase) || type.Contains("javascript", StringComparison.OrdinalIgnoreCase)
            || type.Contains("x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase);
        if (!isText)
        {
            return null;
        }
        var text = Charset(type).GetString(body);
        return text.Contains('\0', StringComparison.Ordinal) ? null : text.TrimStart('\uFEFF');
    }

    /// <summary>By the content type, UTF-8 where it names none. Windows-1252 is read as its near relation that needs no tables.</summary>
    private static Encoding Charset(string type) =>
        (MediaTypeHeaderValue.TryParse(type, out var media) ? media.CharSet?.Trim('"').ToLowerInvariant() : null) switch
        {
            "iso-8859-1" or "latin1" or "windows-1252" or "cp1252" or "us-ascii" or "ascii" => Encoding.Latin1,
            "utf-16" or "utf-16le" => Encoding.Unicode,
            "utf-16be" => Encoding.BigEndianUnicode,
            _ => Encoding.UTF8,
        };

    /// <summary>Cuts without splitting a surrogate pair.</summary>
    internal static string Cut(string text, int length)
    {
        if (text.Length <= length)
        {
            return text;
        }
        return char.IsHighSurrogate(text[length - 1]) ? text[..(length - 1)] : text[..length];
    }
}
