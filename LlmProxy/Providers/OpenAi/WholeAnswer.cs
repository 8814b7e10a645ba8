using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Chat;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>
/// An answer under <c>application/json</c> to a request for a stream. llama.cpp answers so before it has streamed anything; some servers merely name their stream
/// wrongly. A completion becomes the stream that was asked for; an error, or anything else, stays what it is.
/// </summary>
internal static class WholeAnswer
{
    // What a stream begins with, where it is no JSON.
    private static readonly string[] StreamStarts = ["data:", ":", "event:", "id:", "retry:"];

    private const int LongestStart = 16;

    /// <summary>Takes the response over. Throws <see cref="ProviderException"/> when it breaks off or is larger than <paramref name="limit"/> bytes.</summary>
    public static async Task<ProviderResponse> ToStreamAsync(ProviderResponse response, ILlmProvider provider, int limit, CancellationToken cancellationToken)
    {
        try
        {
            var start = new byte[LongestStart];
            var read = await response.Body.ReadAtLeastAsync(start, LongestStart, throwOnEndOfStream: false, cancellationToken);
            var body = new PrefixedStream(start.AsMemory(0, read), response.Body);
            if (IsStream(start.AsSpan(0, read)))
            {
                return With(response, "text/event-stream", body, response.Owner);
            }

            var json = await BoundedBody.ReadAsync(body, limit, cancellationToken)
                ?? throw new ProviderException(ErrorTypes.TooLarge, $"{provider.Name} answered with more than maxResponseBytes");
            await response.DisposeAsync();
            return ToEvents(json) is { } events
                ? With(response, "text/event-stream", new MemoryStream(events), owner: null)
                : With(response, response.ContentType, new MemoryStream(json.ToArray()), owner: null);
        }
        catch (Exception error)
        {
            await response.DisposeAsync();
            if (error is IOException or HttpRequestException or InvalidDataException)
            {
                throw new ProviderException(ErrorTypes.Truncated, $"{provider.Name} broke off its answer: {ConnectFailure.Describe(error)}", error);
            }

            throw;
        }
    }

    private static ProviderResponse With(ProviderResponse response, string? type, Stream body, IDisposable? owner) =>
        new(response.Status, type, body, owner) { Headers = response.Headers, RetryAfter = response.RetryAfter, Replayed = response.Replayed };

    private static bool IsStream(ReadOnlySpan<byte> start)
    {
        var text = Encoding.ASCII.GetString(start).TrimStart('\r', '\n', '?'); // a byte order mark reads as "???"
        return Array.Exists(StreamStarts, begin => text.StartsWith(begin, StringComparison.Ordinal));
    }

    /// <summary>The events of a <c>chat.completion</c>; null when the JSON is none.</summary>
    private static byte[]? ToEvents(ReadOnlyMemory<byte> json)
    {
        try
        {
            if (JsonNode.Parse(json.Span) is not JsonObject root || root["choices"] is not JsonArray { Count: > 0 } choices
                || !choices.All(choice => choice?["message"] is JsonObject))
            {
                return null;
            }

            var usage = root["usage"];
            root.Remove("usage");
            root.Remove("choices");
            root["object"] = "chat.completion.chunk";
            var output = new StringBuilder(json.Length * 2);
            foreach (var choice in choices)
            {
                var finish = choice!["finish_reason"];
                Append(output, root, Choice(choice, Delta(choice["message"]!.AsObject()), finishReason: null), usage: null);
                Append(output, root, Choice(choice, [], finish), usage: null);
            }

            if (usage is not null)
            {
                Append(output, root, choice: null, usage);
            }

            return Encoding.UTF8.GetBytes(output.Append("data: [DONE]\n\n").ToString());
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or ArgumentException)
        {
            return null; // half a JSON, a name twice: the relay says what is wrong with it
        }
    }

    private static JsonObject Delta(JsonObject message)
    {
        var delta = message.DeepClone().AsObject();
        if (delta["tool_calls"] is JsonArray calls)
        {
            for (var i = 0; i < calls.Count; i++)
            {
                calls[i]!["index"] = i; // chunks number their calls, a completion does not
            }
        }

        return delta;
    }

    private static JsonObject Choice(JsonNode choice, JsonObject delta, JsonNode? finishReason) =>
        new() { ["index"] = choice["index"]?.DeepClone() ?? 0, ["delta"] = delta, ["finish_reason"] = finishReason?.DeepClone() };

    private static void Append(StringBuilder output, JsonObject root, JsonObject? choice, JsonNode? usage)
    {
        var chunk = root.DeepClone().AsObject();
        chunk["choices"] = choice is null ? new JsonArray() : new JsonArray(choice);
        if (usage is not null)
        {
            chunk["usage"] = usage.DeepClone();
        }

        output.Append("data: ").Append(chunk.ToJsonString()).Append("\n\n");
    }
}
