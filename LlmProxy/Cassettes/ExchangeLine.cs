using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// A line of a cassette. Offsets are in milliseconds since the request was sent. A piece of the body is <c>{"ms","data"}</c>, the JSON as it came between <c>data: </c>
/// and a blank line (<c>before</c> and <c>after</c> where they were others; <c>"layout":"indented"</c> where it had line breaks), or <c>{"ms","text"}</c>, or <c>{"ms","base64"}</c> where the bytes are no text.
/// </summary>
internal static class ExchangeLine
{
    public const string Schema = "apetest.cassette/1";

    private const string Indented = "indented";

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };

    /// <summary>The first line, with its line break.</summary>
    public static byte[] Header { get; } = Encoding.UTF8.GetBytes($$"""{"schema":"{{Schema}}"}""" + "\n");

    /// <summary>The line with its line break.</summary>
    public static byte[] Write(Exchange exchange)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        using (var json = new Utf8JsonWriter(buffer, CanonicalJson.Options))
        {
            json.WriteStartObject();
            json.WriteString("provider", exchange.Provider);
            json.WriteString("kind", exchange.Kind == RequestKind.Chat ? "chat" : "embeddings");
            if (exchange.Session.Length > 0)
            {
                json.WriteString("session", exchange.Session);
            }

            json.WritePropertyName("request");
            json.WriteRawValue(exchange.Request, skipInputValidation: true);
            json.WriteNumber("status", exchange.Status);
            json.WriteString("content_type", exchange.ContentType);
            json.WriteStartObject("headers");
            foreach (var (name, value) in exchange.Headers)
            {
                json.WriteString(name, value);
            }

            json.WriteEndObject();
            if (exchange.RetryAfter is { } pause)
            {
                WriteOffset(json, "retry_after_ms", pause);
            }

            WriteOffset(json, "headers_ms", exchange.HeadersOffset);
            json.WriteStartArray("body");
            foreach (var piece in exchange.Body)
            {
                WritePiece(json, piece);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a line. Throws <see cref="JsonException"/> that says what is wrong with it.</summary>
    public static Exchange Read(ReadOnlyMemory<byte> line)
    {
        try
        {
            using var document = JsonDocument.Parse(line, Deep);
            var root = document.RootElement;
            return new Exchange
            {
                Provider = root.GetProperty("provider").GetString() ?? throw new JsonException("provider: is null"),
                Kind = root.GetProperty("kind").GetString() switch
                {
                    "chat" => RequestKind.Chat,
                    "embeddings" => RequestKind.Embeddings,
                    var other => throw new JsonException($"kind: \"{other}\" is not chat or embeddings"),
                },
                Session = root.TryGetProperty("session", out var session) ? session.GetString() ?? "" : "",
                Request = CanonicalJson.Write(root.GetProperty("request")),
                Status = RecordedHead.Status(root.GetProperty("status")),
                ContentType = RecordedHead.ContentType(root.GetProperty("content_type")),
                Headers = [.. root.GetProperty("headers").EnumerateObject().Select(RecordedHead.Header)],
                RetryAfter = root.TryGetProperty("retry_after_ms", out var pause) ? Offset(pause) : null,
                HeadersOffset = Offset(root.GetProperty("headers_ms")),
                Body = [.. root.GetProperty("body").EnumerateArray().Select(ReadPiece)],
            };
        }
        catch (Exception error) when (error is KeyNotFoundException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new JsonException($"is no exchange: {error.Message}", error);
        }
    }

    /// <summary>Whether a line is the first of a cassette, of this version. An editor may have put a byte order mark before it.</summary>
    public static bool IsHeader(ReadOnlyMemory<byte> line)
    {
        line = line.Span.StartsWith(ByteOrderMark) ? line[ByteOrderMark.Length..] : line;
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("schema", out var schema)
                && schema.ValueKind == JsonValueKind.String && schema.ValueEquals(Schema);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void WritePiece(Utf8JsonWriter json, Piece piece)
    {
        json.WriteStartObject();
        WriteOffset(json, "ms", piece.Offset);
        if (!piece.IsText)
        {
            json.WriteBase64String("base64", piece.Bytes);
        }
        else if (piece.Json.Length == 0)
        {
            json.WriteString("text", piece.Before);
        }
        else
        {
            WriteEnd(json, "before", piece.Before, Piece.EventStart);
            var indented = JsonLayout.IsIndented(piece.Json);
            json.WritePropertyName("data");
            json.WriteRawValue(indented ? JsonLayout.Compact(piece.Json) : piece.Json, skipInputValidation: true);
            if (indented)
            {
                json.WriteString("layout", Indented);
            }

            WriteEnd(json, "after", piece.After, Piece.EventEnd);
        }

        json.WriteEndObject();
    }

    private static void WriteEnd(Utf8JsonWriter json, string name, byte[] bytes, byte[] usual)
    {
        if (!bytes.AsSpan().SequenceEqual(usual))
        {
            json.WriteString(name, bytes);
        }
    }

    private static Piece ReadPiece(JsonElement piece)
    {
        var offset = Offset(piece.GetProperty("ms"));
        if (piece.TryGetProperty("base64", out var bytes))
        {
            return new Piece(offset, bytes.GetBytesFromBase64(), [], []);
        }

        return piece.TryGetProperty("data", out var data)
            ? new Piece(offset, Text(piece, "before") ?? Piece.EventStart, Data(piece, JsonMarshal.GetRawUtf8Value(data)), Text(piece, "after") ?? Piece.EventEnd)
            : new Piece(offset, Text(piece, "text") ?? throw new JsonException("a piece of the body has neither data, text nor base64"), [], []);
    }

    private static byte[] Data(JsonElement piece, ReadOnlySpan<byte> json) =>
        piece.TryGetProperty("layout", out var layout) && layout.ValueEquals(Indented) ? JsonLayout.Indent(json) : json.ToArray();

    private static byte[]? Text(JsonElement piece, string name) => piece.TryGetProperty(name, out var text) ? Encoding.UTF8.GetBytes(text.GetString() ?? "") : null;

    // A tenth of a millisecond is enough for a model, and keeps lines short.
    private static void WriteOffset(Utf8JsonWriter json, string name, TimeSpan offset) => json.WriteNumber(name, Math.Round((decimal)offset.TotalMilliseconds, 1).NoZeros());

    private static decimal NoZeros(this decimal value) => value / 1.0000000000000000000000000000m;

    private static TimeSpan Offset(JsonElement value) =>
        value.GetDouble() is >= 0 and < 86_400_000 and var ms ? TimeSpan.FromMilliseconds(ms) : throw new JsonException("an offset is not within 0 to 86400000 ms");
}
