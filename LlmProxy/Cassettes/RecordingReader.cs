using System.Text;
using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Sse;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Makes an exchange of what was recorded.</summary>
internal static class RecordingReader
{
    /// <summary>The exchange, or why there is none.</summary>
    public static (Exchange? Exchange, string? Reason) Read(Recording recording)
    {
        List<Piece> pieces;
        try
        {
            pieces = PieceReader.Read(recording.Bytes, recording.Arrivals, recording.IsStream, recording.Length + 1);
        }
        catch (SseLimitException)
        {
            return (null, SkipReasons.NoEnd);
        }

        var response = recording.Response;
        if (response.Status < 400 && WhyNot(recording, pieces) is { } reason)
        {
            return (null, reason);
        }

        var redactor = recording.Redactor;
        // Bytes that are no text cannot be masked.
        if (pieces.Exists(piece => !piece.IsText && Encoding.Latin1.GetString(piece.Bytes) is var text && redactor.Redact(text) != text))
        {
            return (null, SkipReasons.Secret);
        }

        return (new Exchange
        {
            Provider = recording.Provider,
            Kind = recording.Kind,
            Session = redactor.Redact(recording.Session),
            Request = recording.Request.Json,
            Status = response.Status,
            ContentType = response.ContentType is { } type ? redactor.Redact(type) : null,
            Headers = [.. response.Headers.Select(header => KeyValuePair.Create(header.Key, redactor.Redact(header.Value)))],
            RetryAfter = response.RetryAfter,
            HeadersOffset = recording.HeadersOffset,
            Body = AnswerText.Template(pieces, recording.Request.Values, redactor),
        }, null);
    }

    /// <summary>Whether a key is left in a line, where no text is: in a member's name, across pieces that are not looked at together.</summary>
    public static bool HasKey(ReadOnlySpan<byte> line, Redactor redactor) => Encoding.UTF8.GetString(line) is var text && redactor.Redact(text) != text;

    private static string? WhyNot(Recording recording, List<Piece> pieces)
    {
        if (!recording.IsStream)
        {
            // A whole body was read to its end; it may still hold an error under 200.
            return IsAnswer(recording.Bytes) ? null : SkipReasons.NoJson;
        }

        try
        {
            return HasEnd(pieces) ? null : SkipReasons.NoEnd;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return SkipReasons.NoJson;
        }
    }

    private static bool HasEnd(List<Piece> pieces)
    {
        var (choices, finished, done) = (0UL, 0UL, false);
        foreach (var piece in pieces)
        {
            if (piece.Json.Length == 0)
            {
                done |= piece.Before.AsSpan().IndexOf("[DONE]"u8) >= 0;
                continue;
            }

            var facts = ChunkReader.Read(piece.Json);
            if (facts.IsError)
            {
                return false;
            }

            choices |= facts.Choices;
            finished |= facts.Finished;
        }

        return choices != 0 && (done || (choices & ~finished) == 0);
    }

    private static bool IsAnswer(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes);
            using var document = JsonDocument.ParseValue(ref reader);
            return !UpstreamErrorReader.IsError(document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
