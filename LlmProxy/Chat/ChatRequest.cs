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
    private readonly ReadOnlyMemory<byte> _body;
    private Range? _model;
    private Range? _streamOptions;

    private ChatRequest(RequestKind kind, ReadOnlyMemory<byte> body) => (Kind, _body) = (kind, body);

    /// <summary>What is asked for.</summary>
    public RequestKind Kind { get; }

    /// <summary><c>provider/model</c> as the client wrote it; empty when absent.</summary>
    public string Model { get; private set; } = "";

    public bool Stream { get; private set; }

    /// <summary>Whether the client itself asked for a usage chunk.</summary>
    public bool IncludeUsage { get; private set; }

    /// <summary><c>max_completion_tokens</c> or <c>max_tokens</c>; null when absent.</summary>
    public int? MaxTokens { get; private set; }

    /// <summary><c>n</c>: how many choices are asked for. Default 1.</summary>
    public int Choices { get; private set; } = 1;

    /// <summary>Completion tokens at most over all choices; null when the client states no maximum.</summary>
    public int? MostCompletionTokens => MaxTokens is { } each ? (int)Math.Min(int.MaxValue, (long)each * Choices) : null;

    /// <summary>Prompt tokens at 4 characters each, for reservations and where the provider sends no usage.</summary>
    public int EstimatedPromptTokens => (_body.Length / 4) + 1;

    public ReadOnlyMemory<byte> Body => _body;

    /// <summary>Parses the body. Throws <see cref="JsonException"/> with the place when it is not a request of that kind.</summary>
    public static ChatRequest Parse(RequestKind kind, ReadOnlyMemory<byte> body)
    {
        var request = new ChatRequest(kind, body);
        var reader = new Utf8JsonReader(body.Span);
        var hasInput = false;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("the body is not a JSON object");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            switch (name)
            {
                case "model":
                    if (reader.TokenType != JsonTokenType.String || request._model is not null)
                    {
                        throw new JsonException("model: must be one text such as \"builtin/planner\"");
                    }

                    request.Model = reader.GetString()!;
                    request._model = new Range(start, (int)reader.BytesConsumed);
                    break;
                case "input" when kind == RequestKind.Embeddings:
                    hasInput = true;
                    reader.Skip();
                    break;
                case "stream" when kind == RequestKind.Chat:
                    request.Stream = reader.TokenType switch
                    {
                        JsonTokenType.True => true,
                        JsonTokenType.False or JsonTokenType.Null => false,
                        _ => throw new JsonException("stream: must be true or false"),
                    };
                    break;
                case "messages" when kind == RequestKind.Chat:
                    hasInput = reader.TokenType == JsonTokenType.StartArray;
                    reader.Skip();
                    break;
                case "max_tokens" or "max_completion_tokens":
                    request.MaxTokens = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var max) && max > 0
                        ? max
                        : request.MaxTokens;
                    reader.Skip();
                    break;
                case "n":
                    request.Choices = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var choices) && choices > 0 ? choices : 1;
                    reader.Skip();
                    break;
                case "stream_options":
                    reader.Skip();
                    request._streamOptions = new Range(start, (int)reader.BytesConsumed);
                    break;
                default:
                    reader.Skip();
                    break;
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

        edits.Sort((a, b) => a.Place.Start.Value.CompareTo(b.Place.Start.Value));
        var open = _body.Span.IndexOf((byte)'{') + 1;
        output.Write(_body.Span[..open]);
        if (_model is null)
        {
            output.Write("\"model\":"u8);
            output.Write(modelJson);
            output.Write(","u8);
        }

        if (maxTokens is { } most && MaxTokens is null && Kind == RequestKind.Chat)
        {
            output.Write("\"max_completion_tokens\":"u8);
            output.Write(JsonSerializer.SerializeToUtf8Bytes(most));
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

    private bool ReadIncludeUsage() =>
        _streamOptions is { } place && JsonNode.Parse(_body.Span[place]) is JsonObject options
        && options["include_usage"] is JsonValue value && value.TryGetValue<bool>(out var asked) && asked;

    private static byte[] WithUsage(ReadOnlySpan<byte> json)
    {
        var options = JsonNode.Parse(json) as JsonObject ?? [];
        options["include_usage"] = true;
        return JsonSerializer.SerializeToUtf8Bytes(options);
    }
}
