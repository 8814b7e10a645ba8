using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// Takes the request's changing values out of an answer and puts others in. Only the texts that hold one are touched: every other byte stays. In a stream a value may
/// be cut by the events (<c>{"order":"3f2</c>, <c>b-..."}</c>), so the texts of one place, such as a tool call's arguments, are looked at as one.
/// </summary>
internal static class AnswerText
{
    private const int ShortestValue = 6;
    private const int ShortestSecret = 4;
    private const int ShortestId = 3;
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = 256 };

    /// <summary>The pieces with placeholders for the request's values, and without keys.</summary>
    public static List<Piece> Template(IReadOnlyList<Piece> pieces, IReadOnlyList<VolatileValue> values, Redactor redactor)
    {
        var finder = new ValueFinder(values.Index().Where(value => value.Item.Text.Length >= Shortest(value.Item.Kind)));
        var places = new Dictionary<string, List<Slot>>(StringComparer.Ordinal);
        for (var i = 0; i < pieces.Count; i++)
        {
            foreach (var slot in Slots(pieces[i], i))
            {
                (CollectionsMarshal.GetValueRefOrAddDefault(places, slot.Place, out _) ??= []).Add(slot);
            }
        }

        List<(Slot Slot, string Text)> edits = [];
        foreach (var slots in places.Values)
        {
            string[] texts = [.. slots.Select(slot => slot.Text)];
            var changed = Redact(finder.Template(texts), redactor);
            edits.AddRange(slots.Zip(changed).Where(pair => pair.First.Text != pair.Second));
        }

        var byPiece = edits.ToLookup(edit => edit.Slot.Piece);
        return [.. pieces.Select((piece, i) => piece.Json.Length > 0
            ? piece with { Json = Splice(piece.Json, byPiece[i]) }
            : piece.IsText ? piece with { Before = Encoding.UTF8.GetBytes(redactor.Redact(finder.Template([piece.Text])[0])) } : piece)];
    }

    /// <summary>The piece with the live request's values.</summary>
    public static Piece Fill(Piece piece, IReadOnlyList<VolatileValue> values)
    {
        if (piece.Json.Length == 0)
        {
            return piece.IsText && piece.Text is var text && text.Contains(Placeholder.Start, StringComparison.Ordinal)
                ? piece with { Before = Encoding.UTF8.GetBytes(Placeholder.Fill(text, values)) }
                : piece;
        }

        return piece.Json.AsSpan().IndexOf("{{"u8) < 0
            ? piece
            : piece with
            {
                Json = Splice(piece.Json, Slots(piece, 0).Where(slot => slot.Text.Contains(Placeholder.Start, StringComparison.Ordinal))
                    .Select(slot => (slot, Placeholder.Fill(slot.Text, values)))),
            };
    }

    private static int Shortest(string kind) => kind switch
    {
        VolatileValues.Secret => ShortestSecret,
        VolatileValues.Id => ShortestId,
        _ => ShortestValue,
    };

    // A key across events is masked in the first; the others lose their text.
    private static string[] Redact(string[] texts, Redactor redactor)
    {
        var whole = string.Concat(texts);
        var redacted = redactor.Redact(whole);
        return redacted == whole ? texts : [redacted, .. Enumerable.Repeat("", texts.Length - 1)];
    }

    private static List<Slot> Slots(Piece piece, int number)
    {
        List<Slot> slots = [];
        if (piece.Json.Length > 0)
        {
            using var document = JsonDocument.Parse(piece.Json, Deep);
            Collect(document.RootElement, "", slots, piece.Json, number);
        }

        return slots;
    }

    private static void Collect(JsonElement value, string place, List<Slot> slots, byte[] json, int piece)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    Collect(member.Value, $"{place}/{member.Name}", slots, json, piece);
                }

                break;
            case JsonValueKind.Array:
                foreach (var (i, item) in value.EnumerateArray().Index())
                {
                    // Chunks number their choices and tool calls; their position in one chunk says nothing.
                    var index = item.ValueKind == JsonValueKind.Object && item.TryGetProperty("index", out var named) ? named.GetRawText() : i.ToString(CultureInfo.InvariantCulture);
                    Collect(item, $"{place}/{index}", slots, json, piece);
                }

                break;
            case JsonValueKind.String:
                var raw = JsonMarshal.GetRawUtf8Value(value);
                json.AsSpan().Overlaps(raw, out var start);
                // What is no part of a choice (id, model) is whole in each event.
                var own = place.StartsWith("/choices/", StringComparison.Ordinal) ? place : $"{piece}{place}";
                if (TryText(value) is { } text)
                {
                    slots.Add(new Slot(piece, start, raw.Length, own, text));
                }

                break;
        }
    }

    // A text that is cut within a surrogate pair cannot be read, and so stays as it is.
    private static string? TryText(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }

    private static byte[] Splice(byte[] json, IEnumerable<(Slot Slot, string Text)> edits)
    {
        List<byte>? output = null;
        var at = 0;
        foreach (var (slot, text) in edits.OrderBy(edit => edit.Slot.Start))
        {
            output ??= new List<byte>(json.Length + 64);
            output.AddRange(json.AsSpan(at, slot.Start - at));
            output.Add((byte)'"');
            output.AddRange(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
            output.Add((byte)'"');
            at = slot.Start + slot.Length;
        }

        if (output is null)
        {
            return json;
        }

        output.AddRange(json.AsSpan(at));
        return [.. output];
    }

    /// <summary>A text in an answer.</summary>
    /// <param name="Piece">Index of its piece.</param>
    /// <param name="Start">Where its opening quote stands in the piece's JSON.</param>
    /// <param name="Length">Bytes with both quotes.</param>
    /// <param name="Place">Path; texts of one place belong together.</param>
    /// <param name="Text">The text, without escapes.</param>
    private readonly record struct Slot(int Piece, int Start, int Length, string Place, string Text);
}
