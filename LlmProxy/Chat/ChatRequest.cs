using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Chat;

/// <summary>
/// A request for a model (a chat completion or embeddings): the few facts the proxy needs, and where in the bytes they stand, so that the rest passes through
/// byte for byte, known fields or not.
/// </summary>
internal sealed class ChatRequest
{
    // Providers' own limits are stricter; the reader's default of 64 is less than some schemas of tools need.
    private const int MaxDepth = 512;

    private readonly ReadOnlyMemory<byte> _body;
    private readonly List<Range> _unlimited = [];
    private Range? _model;
    private Range? _streamOptions;

    private ChatRequest(RequestKind kind, ReadOnlyMemory<byte> body) => (Kind, _body) = (kind, body);

    private enum Field
    {
        Other,
        Model,
        Input,
        Stream,
        MaxTokens,
        Choices,
        StreamOptions,
    }

    /// <summary>What is asked for.</summary>
    public RequestKind Kind { get; }

    /// <summary><c>provider/model</c> as the client wrote it; empty when absent.</summary>
    public string Model { get; private set; } = "";

    public bool Stream { get; private set; }

    /// <summary>Whether the client itself asked for a usage chunk.</summary>
    public bool IncludeUsage { get; private set; }

    /// <summary><c>max_completion_tokens</c> or <c>max_tokens</c>, the larger one; null when absent, or not above 0 (without limit).</summary>
    public int? MaxTokens { get; private set; }

    /// <summary><c>n</c>: how many choices are asked for. Default 1.</summary>
    public int Choices { get; private set; } = 1;

    /// <summary>Completion tokens at most over all choices; null when the client states no maximum.</summary>
    public int? MostCompletionTokens => MaxTokens is { } each ? (int)Math.Min(int.MaxValue, (long)each * Choices) : null;

    /// <summary>Prompt tokens at 4 characters each, for reservations and where the provider sends no usage.</summary>
    public int EstimatedPromptTokens => (_body.Length / 4) + 1;

    /// <summary>Prompt tokens to set aside where a budget has to hold: dense text (digits, other scripts) takes one for 2 bytes.</summary>
    public int MostPromptTokens => (_body.Length / 2) + 1;

    public ReadOnlyMemory<byte> Body => _body;

    /// <summary>Parses the body. Throws <see cref="JsonException"/> with the place when it is not a request of that kind, and
    /// <see cref="InvalidOperationException"/> for a text that is no valid Unicode.</summary>
    public static ChatRequest Parse(RequestKind kind, ReadOnlyMemory<byte> body)
    {
        var request = new ChatRequest(kind, body);
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = MaxDepth });
        var hasInput = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("the body is not a JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var field = FieldOf(ref reader, kind);
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            switch (field)
            {
                case Field.Model:
                    if (reader.TokenType != JsonTokenType.String || request._model is not null)
                    {
                        throw new JsonException("model: must be one text such as \"builtin/planner\"");
                    }

                    request.Model = reader.GetString()!;
                    request._model = new Range(start, (int)reader.BytesConsumed);
                    break;
                case Field.Input:
                    hasInput = kind == RequestKind.Embeddings || reader.TokenType == JsonTokenType.StartArray;
                    break;
                case Field.Stream:
                    request.Stream = reader.TokenType switch
                    {
                        JsonTokenType.True => true,
                        JsonTokenType.False or JsonTokenType.Null => false,
                        _ => throw new JsonException("stream: must be true or false"),
                    };
                    break;
                case Field.MaxTokens:
                    request.ReadMaxTokens(ref reader);
                    break;
                case Field.Choices:
                    request.Choices = reader.TokenType == JsonTokenType.Null ? 1
                        : WholeNumber(ref reader) is > 0 and var choices ? choices : throw new JsonException("n: must be a whole number from 1");
                    break;
                default:
                    break;
            }

            reader.Skip();
            if (field == Field.StreamOptions)
            {
                request._streamOptions = new Range(start, (int)reader.BytesConsumed);
            }
        }

        if (reader.Read())
        {
            throw new JsonException("there is text behind the JSON object");
        }

        if (!hasInput)
        {
            throw new JsonException(kind == RequestKind.Chat ? "messages: is missing; give an array of messages" : "input: is missing; give a text or an array of texts");
        }

        request.IncludeUsage = request.ReadIncludeUsage();
        return request;
    }

    /// <summary>
    /// The body for the provider: its own model id, in streams a usage chunk asked for, and <paramref name="maxTokens"/> as <c>max_completion_tokens</c> where it
    /// is not null and the client stated none.
    /// </summary>
    public ReadOnlyMemory<byte> Rewrite(string model, bool askUsage, int? maxTokens)
    {
        var ask = askUsage && Stream && !IncludeUsage;
        var modelJson = JsonSerializer.SerializeToUtf8Bytes(model);
        var output = new ArrayBufferWriter<byte>(_body.Length + modelJson.Length + 64);
        List<(Range Place, byte[] Text)> edits = [];
        if (_model is { } place)
        {
            edits.Add((place, modelJson));
        }

        if (ask && _streamOptions is { } options)
        {
            edits.Add((options, WithUsage(_body.Span[options])));
        }

        var bound = maxTokens is { } most && MaxTokens is null && Kind == RequestKind.Chat ? JsonSerializer.SerializeToUtf8Bytes(most) : null;
        if (bound is not null)
        {
            edits.AddRange(_unlimited.Select(unlimited => (unlimited, bound))); // never the same name twice
        }

        edits.Sort((a, b) => a.Place.Start.Value.CompareTo(b.Place.Start.Value));
        var open = _body.Span.IndexOf((byte)'{') + 1;
        output.Write(_body.Span[..open]);
        if (_model is null)
        {
            output.Write("\"model\":"u8);
            output.Write(modelJson);
            output.Write(","u8);
        }

        if (bound is not null && _unlimited.Count == 0)
        {
            output.Write("\"max_completion_tokens\":"u8);
            output.Write(bound);
            output.Write(","u8);
        }

        if (ask && _streamOptions is null)
        {
            output.Write("\"stream_options\":{\"include_usage\":true},"u8);
        }

        var at = open;
        foreach (var (range, text) in edits)
        {
            output.Write(_body.Span[at..range.Start.Value]);
            output.Write(text);
            at = range.End.Value;
        }

        output.Write(_body.Span[at..]);
        return output.WrittenMemory;
    }

    private static Field FieldOf(ref Utf8JsonReader reader, RequestKind kind)
    {
        try
        {
            return Known(ref reader, kind);
        }
        catch (InvalidOperationException) when (reader.ValueIsEscaped)
        {
            return Field.Other; // half a surrogate pair in a name: none of ours
        }
    }

    private static Field Known(ref Utf8JsonReader reader, RequestKind kind) =>
        reader.ValueTextEquals("model"u8) ? Field.Model
        : reader.ValueTextEquals(kind == RequestKind.Chat ? "messages"u8 : "input"u8) ? Field.Input
        : kind != RequestKind.Chat ? Field.Other
        : reader.ValueTextEquals("stream"u8) ? Field.Stream
        : reader.ValueTextEquals("max_completion_tokens"u8) || reader.ValueTextEquals("max_tokens"u8) ? Field.MaxTokens
        : reader.ValueTextEquals("n"u8) ? Field.Choices
        : reader.ValueTextEquals("stream_options"u8) ? Field.StreamOptions
        : Field.Other;

    // The larger one holds where both names stand: who knows which the provider reads.
    private void ReadMaxTokens(ref Utf8JsonReader reader)
    {
        var place = new Range((int)reader.TokenStartIndex, (int)reader.BytesConsumed);
        switch (reader.TokenType == JsonTokenType.Null ? 0 : WholeNumber(ref reader))
        {
            case null:
                throw new JsonException("max_completion_tokens: must be a whole number");
            case > 0 and var most:
                MaxTokens = Math.Max(MaxTokens ?? 0, most);
                break;
            default:
                _unlimited.Add(place); // null; llama.cpp and others take -1 for "as many as you like"
                break;
        }
    }

    // 1e3 and 100.0 are whole numbers too; beyond what an int holds it is the largest int.
    private static int? WholeNumber(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out var number) && number == Math.Floor(number) ? (int)Math.Clamp(number, int.MinValue, int.MaxValue) : null;

    private bool ReadIncludeUsage()
    {
        try
        {
            return _streamOptions is { } place && JsonNode.Parse(_body.Span[place]) is JsonObject options
                && options["include_usage"] is JsonValue value && value.TryGetValue<bool>(out var asked) && asked;
        }
        catch (ArgumentException error)
        {
            throw new JsonException("stream_options: holds a name twice", error);
        }
    }

    private static byte[] WithUsage(ReadOnlySpan<byte> json)
    {
        var options = JsonNode.Parse(json) as JsonObject ?? [];
        options["include_usage"] = true;
        return JsonSerializer.SerializeToUtf8Bytes(options);
    }
}
