using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Chat;

/// <summary>
/// A chat completion request: the few facts the proxy needs, and where in the bytes they stand, so that the rest passes through
/// byte for byte, known fields or not.
/// </summary>
internal sealed class ChatRequest
{
    private readonly ReadOnlyMemory<byte> _body;
    private Range? _model;
    private Range? _streamOptions;

    private ChatRequest(ReadOnlyMemory<byte> body) => _body = body;

    /// <summary><c>provider/model</c> as the client wrote it; empty when absent.</summary>
    public string Model { get; private set; } = "";

    public bool Stream { get; private set; }

    /// <summary>Whether the client itself asked for a usage chunk.</summary>
    public bool IncludeUsage { get; private set; }

    /// <summary><c>max_completion_tokens</c> or <c>max_tokens</c>; null when absent.</summary>
    public int? MaxTokens { get; private set; }

    /// <summary>Prompt tokens at 4 characters each, for reservations and where the provider sends no usage.</summary>
    public int EstimatedPromptTokens => (_body.Length / 4) + 1;

    public ReadOnlyMemory<byte> Body => _body;

    /// <summary>Parses the body. Throws <see cref="JsonException"/> with the place when it is not a chat request.</summary>
    public static ChatRequest Parse(ReadOnlyMemory<byte> body)
    {
        var request = new ChatRequest(body);
        var reader = new Utf8JsonReader(body.Span);
        var messages = false;
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
                case "stream":
                    request.Stream = reader.TokenType switch
                    {
                        JsonTokenType.True => true,
                        JsonTokenType.False or JsonTokenType.Null => false,
                        _ => throw new JsonException("stream: must be true or false"),
                    };
                    break;
                case "messages":
                    messages = reader.TokenType == JsonTokenType.StartArray;
                    reader.Skip();
                    break;
                case "max_tokens" or "max_completion_tokens":
                    request.MaxTokens = reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var max) && max > 0
                        ? max
                        : request.MaxTokens;
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

        if (!messages)
        {
            throw new JsonException("messages: is missing; give an array of messages");
        }

        request.IncludeUsage = request.ReadIncludeUsage();
        return request;
    }

    /// <summary>The body for the provider: its own model id, and in streams a usage chunk asked for.</summary>
    public ReadOnlyMemory<byte> Rewrite(string model, bool askUsage)
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
