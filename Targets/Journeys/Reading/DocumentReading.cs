using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.Journeys.Rendering;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>Takes the values that need a text or a document, which is made once for all of an answer. It allocates: only steps that declare such a source pay.</summary>
internal static class DocumentReading
{
    private static readonly JsonDocumentOptions Json = new() { MaxDepth = 1_024 };

    /// <summary>Takes them, all or none; why one is missing, with that one.</summary>
    public static string? Missing(ImmutableArray<DocumentSource> sources, RawExchange exchange, JourneyValues values, out DocumentSource? missing)
    {
        var isCut = exchange.BodyLength > exchange.Body.Length;
        var body = exchange.Body.Span.StartsWith("\uFEFF"u8) ? exchange.Body[3..] : exchange.Body;
        using var documents = new AnswerDocuments(Encoding.UTF8.GetString(body.Span));
        using var document = sources.Any(static source => source.Capture is { ReadsJson: true }) ? Parse(body) : null;
        var described = exchange.Describe(values.Sent);
        var taken = new byte[sources.Length][];
        for (var i = 0; i < sources.Length; i++)
        {
            missing = sources[i];
            if (isCut && (missing.Css is not null || missing.XPath is not null || missing.Capture is { ReadsJson: true }))
            {
                return $"is not known: only {exchange.Body.Length} of the body's {exchange.BodyLength} bytes were kept";
            }
            string? value = null;
            string? why;
            if (missing.Capture is { } capture)
            {
                if (capture.ReadsJson && document is null)
                {
                    return "is not there: the body is not JSON";
                }
                var finding = capture.Take(in described, document?.RootElement ?? default, documents.Text, isCut, (_, found) => value = found, static _ => "");
                why = finding.Truth is Truth.Proven ? null : isCut ? $"gives nothing: only {exchange.Body.Length} of the body's {exchange.BodyLength} bytes were kept" : "gives nothing";
            }
            else
            {
                why = Take(missing, exchange, values, documents, out value);
                if (why is null && missing.Part is { } part && value is not null)
                {
                    value = PartialText.Capture(part, value, isCut: false, out _);
                    why = value is null ? "gives nothing" : null;
                }
            }
            if (why is not null)
            {
                return why;
            }
            if (string.IsNullOrEmpty(value))
            {
                return "gives an empty text";
            }
            taken[i] = Encoding.UTF8.GetBytes(value);
            if (taken[i].Length > ValueArena.MostOfValue)
            {
                return AnswerReader.TooLong;
            }
        }
        for (var i = 0; i < sources.Length; i++)
        {
            if (!values.TrySet(sources[i].Slot, taken[i]))
            {
                missing = sources[i];
                return AnswerReader.TooLong;
            }
        }
        missing = null;
        return null;
    }

    private static string? Take(DocumentSource source, RawExchange exchange, JourneyValues values, AnswerDocuments documents, out string? value)
    {
        if (source.Css is { } css)
        {
            return css.Take(documents, out value);
        }
        if (source.XPath is { } path)
        {
            return path.Take(documents, out value);
        }
        value = StepCookies.Find(exchange, values, source.Cookie!);
        return value is null ? "is not in the answer" : null;
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body, Json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
