using System.Text.Json;
using System.Text.Unicode;
using ApeTest.LlmProxy.Sse;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Cuts the bytes of an answer into pieces: a stream into its events, anything else is one piece.</summary>
internal static class PieceReader
{
    /// <summary>Throws <see cref="SseLimitException"/> when one event is larger than <paramref name="maxEventBytes"/>.</summary>
    public static List<Piece> Read(ReadOnlySpan<byte> bytes, IReadOnlyList<Arrival> arrivals, bool isStream, int maxEventBytes)
    {
        List<Piece> pieces = [];
        if (!isStream)
        {
            var start = bytes.Length - bytes.TrimStart(" \t\r\n"u8).Length;
            var json = bytes.Trim(" \t\r\n"u8);
            pieces.Add(Split(arrivals.Count == 0 ? TimeSpan.Zero : arrivals[^1].Offset, bytes, start, json.Length));
            return pieces;
        }

        using var reader = new SseReader(maxEventBytes);
        var at = 0;
        foreach (var arrival in arrivals)
        {
            while (at < arrival.End)
            {
                var free = reader.Free().Span;
                var count = Math.Min(free.Length, arrival.End - at);
                bytes.Slice(at, count).CopyTo(free);
                reader.Advance(count);
                at += count;
                while (reader.TryRead(out var next))
                {
                    pieces.Add(ReadEvent(arrival.Offset, next));
                }
            }
        }

        if (reader.TryReadRest(out var rest))
        {
            pieces.Add(ReadEvent(arrivals[^1].Offset, rest));
        }

        return pieces;
    }

    private static Piece ReadEvent(TimeSpan offset, SseEvent next) =>
        !next.Data.IsEmpty && next.Raw.Overlaps(next.Data, out var start) ? Split(offset, next.Raw, start, next.Data.Length) : Split(offset, next.Raw, 0, 0);

    // Other line breaks within JSON would break the cassette's own lines; it is kept as text.
    private static Piece Split(TimeSpan offset, ReadOnlySpan<byte> raw, int start, int length)
    {
        var json = raw.Slice(start, length);
        return !IsJson(json) || (json.ContainsAny((byte)'\n', (byte)'\r') && !JsonLayout.IsIndented(json))
            ? new Piece(offset, raw.ToArray(), [], [])
            : new Piece(offset, raw[..start].ToArray(), json.ToArray(), raw[(start + length)..].ToArray());
    }

    private static bool IsJson(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes[0] is not ((byte)'{' or (byte)'[') || !Utf8.IsValid(bytes))
        {
            return false;
        }

        try
        {
            var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = 256 });
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}

/// <summary>Bytes arrived.</summary>
/// <param name="Offset">When, since the request was sent.</param>
/// <param name="End">How many there were then, from the beginning.</param>
internal readonly record struct Arrival(TimeSpan Offset, int End);
