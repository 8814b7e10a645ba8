using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http.Features;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Http;

/// <summary>
/// Reads the JSON-RPC message of a POST. Stricter than JSON asks for, because what is read here twice must read the same twice: no duplicate
/// names, no text that is not Unicode, no deep nesting.
/// </summary>
internal static class MessageReader
{
    /// <summary>Most bytes of a body.</summary>
    public const int MostBytes = 4 << 20;

    private const int MaxDepth = 64;

    private static readonly JsonTypeInfo<JsonRpcMessage> MessageType = (JsonTypeInfo<JsonRpcMessage>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcMessage));

    /// <summary>The message. Throws <see cref="RequestProblemException"/> for anything else.</summary>
    public static async Task<JsonRpcMessage> ReadAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MostBytes)
        {
            throw TooLarge();
        }
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }
        try
        {
            var body = context.Request.BodyReader;
            while (true)
            {
                var read = await body.ReadAsync(context.RequestAborted);
                var isDone = read.IsCompleted || read.Buffer.Length > MostBytes;
                var bytes = isDone ? read.Buffer.ToArray() : [];
                body.AdvanceTo(isDone ? read.Buffer.End : read.Buffer.Start, read.Buffer.End);
                if (isDone)
                {
                    return bytes.Length > MostBytes ? throw TooLarge() : Parse(bytes);
                }
            }
        }
        catch (BadHttpRequestException bad)
        {
            throw bad.StatusCode == StatusCodes.Status413PayloadTooLarge ? TooLarge() : Problem(bad.StatusCode, McpErrorCode.ParseError, bad.Message);
        }
    }

    private static JsonRpcMessage Parse(byte[] body)
    {
        if (!Utf8.IsValid(body))
        {
            throw Problem(StatusCodes.Status400BadRequest, McpErrorCode.ParseError, "Parse error: the body is not valid UTF-8.");
        }
        RequestId id = default;
        try
        {
            using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            CheckText(body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                throw Problem(StatusCodes.Status400BadRequest, McpErrorCode.InvalidRequest,
                    root.ValueKind == JsonValueKind.Array ? "Invalid request: batches are not part of this protocol; send one message a request." : "Invalid request: the body is not a JSON object.");
            }
            id = IdOf(root);
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            var why = malformed.Message.Length > 300 ? malformed.Message[..300] : malformed.Message;
            throw Problem(StatusCodes.Status400BadRequest, McpErrorCode.ParseError, $"Parse error: {why}");
        }
        try
        {
            return JsonSerializer.Deserialize(body, MessageType)!;
        }
        catch (JsonException)
        {
            throw new RequestProblemException(new JsonRpcProblem(StatusCodes.Status400BadRequest, McpErrorCode.InvalidRequest,
                "Invalid request: a JSON-RPC 2.0 request, notification or response is expected; its id is a string or an integer of at most 64 bits.") { Id = id });
        }
    }

    /// <summary>Escapes may still spell what is not Unicode (half a surrogate pair), and reading such text throws wherever it is first read.</summary>
    private static void CheckText(byte[] body)
    {
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped)
            {
                _ = reader.GetString();
            }
        }
    }

    private static RequestId IdOf(JsonElement root) => !root.TryGetProperty("id", out var id) ? default : id.ValueKind switch
    {
        JsonValueKind.String => new RequestId(id.GetString()!),
        JsonValueKind.Number when id.TryGetInt64(out var number) => new RequestId(number),
        _ => default,
    };

    private static RequestProblemException TooLarge() =>
        Problem(StatusCodes.Status413PayloadTooLarge, McpErrorCode.InvalidRequest, $"The body is over the limit of {MostBytes} bytes.");

    private static RequestProblemException Problem(int status, McpErrorCode code, string message) => new(new JsonRpcProblem(status, code, message));
}
