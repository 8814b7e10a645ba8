using System.Text;
using System.Text.Json;
using ApeTest.LlmProxy.Providers.Builtin.Planner;
using ApeTest.LlmProxy.Options;

namespace ApeTest.LlmProxy.Providers.Builtin;

/// <summary>Writes a decision as a chat completion: whole, or as chunks with their pauses.</summary>
internal sealed class CompletionWriter(PlannerAnswer answer, PlannerOptions options)
{
    private const string Model = "builtin/planner";
    private const int FragmentCharacters = 16;

    private int CompletionTokens => ((answer.Text?.Length ?? 0) + (answer.Call is { } call ? call.Tool.Length + call.Arguments.Length : 0) + 3) / 4;

    private string FinishReason => answer.Call is null ? "stop" : "tool_calls";

    /// <summary>One JSON document after the time that all its tokens take.</summary>
    public IReadOnlyList<PacedBytes> Whole()
    {
        var body = Json(json =>
        {
            Head(json, "chat.completion");
            json.WriteStartArray("choices");
            json.WriteStartObject();
            json.WriteNumber("index", 0);
            json.WriteStartObject("message");
            json.WriteString("role", "assistant");
            json.WriteString("content", answer.Text);
            if (answer.Call is { } call)
            {
                json.WriteStartArray("tool_calls");
                json.WriteStartObject();
                json.WriteString("id", call.Id);
                json.WriteString("type", "function");
                Function(json, call.Tool, call.Arguments);
                json.WriteEndObject();
                json.WriteEndArray();
            }

            json.WriteEndObject();
            json.WriteNull("logprobs");
            json.WriteString("finish_reason", FinishReason);
            json.WriteEndObject();
            json.WriteEndArray();
            Usage(json);
        });
        return [new PacedBytes(options.Ttft + Pause(CompletionTokens), body)];
    }

    /// <summary>Role, text, tool call (name first, then its arguments in fragments), finish reason, usage, <c>[DONE]</c>.</summary>
    public IReadOnlyList<PacedBytes> Stream()
    {
        List<PacedBytes> parts = [new(TimeSpan.Zero, Chunk(json => json.WriteString("role", "assistant"), null))];
        var pause = options.Ttft;
        foreach (var text in Fragments(answer.Text ?? ""))
        {
            parts.Add(new(pause, Chunk(json => json.WriteString("content", text), null)));
            pause = Pause((text.Length + 3) / 4);
        }

        if (answer.Call is { } call)
        {
            parts.Add(new(pause, Chunk(json => ToolDelta(json, call.Id, call.Tool, ""), null)));
            pause = Pause((call.Tool.Length + 3) / 4);
            foreach (var text in Fragments(call.Arguments))
            {
                parts.Add(new(pause, Chunk(json => ToolDelta(json, null, null, text), null)));
                pause = Pause((text.Length + 3) / 4);
            }
        }

        parts.Add(new(pause, Chunk(_ => { }, FinishReason)));
        parts.Add(new(TimeSpan.Zero, Event(json =>
        {
            Head(json, "chat.completion.chunk");
            json.WriteStartArray("choices");
            json.WriteEndArray();
            Usage(json);
        })));
        parts.Add(new(TimeSpan.Zero, "data: [DONE]\n\n"u8.ToArray()));
        return parts;
    }

    private TimeSpan Pause(int tokens) => options.TokensPerSecond > 0 ? TimeSpan.FromSeconds(tokens / options.TokensPerSecond) : TimeSpan.Zero;

    // Without a token rate nothing is gained by cutting.
    private IEnumerable<string> Fragments(string text)
    {
        var size = options.TokensPerSecond > 0 ? FragmentCharacters : int.MaxValue;
        for (var at = 0; at < text.Length;)
        {
            var length = Math.Min(size, text.Length - at);
            length += at + length < text.Length && char.IsHighSurrogate(text[at + length - 1]) ? 1 : 0;
            yield return text.Substring(at, length);
            at += length;
        }
    }

    private byte[] Chunk(Action<Utf8JsonWriter> delta, string? finishReason) => Event(json =>
    {
        Head(json, "chat.completion.chunk");
        json.WriteStartArray("choices");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        json.WriteStartObject("delta");
        delta(json);
        json.WriteEndObject();
        json.WriteNull("logprobs");
        json.WriteString("finish_reason", finishReason);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteNull("usage");
    });

    private static void ToolDelta(Utf8JsonWriter json, string? id, string? name, string arguments)
    {
        json.WriteStartArray("tool_calls");
        json.WriteStartObject();
        json.WriteNumber("index", 0);
        if (id is not null)
        {
            json.WriteString("id", id);
            json.WriteString("type", "function");
        }

        Function(json, name, arguments);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Function(Utf8JsonWriter json, string? name, string arguments)
    {
        json.WriteStartObject("function");
        if (name is not null)
        {
            json.WriteString("name", name);
        }

        json.WriteString("arguments", arguments);
        json.WriteEndObject();
    }

    private void Head(Utf8JsonWriter json, string kind)
    {
        json.WriteString("id", answer.Id);
        json.WriteString("object", kind);
        json.WriteNumber("created", answer.Created);
        json.WriteString("model", Model);
        json.WriteString("system_fingerprint", Model); // it is not a language model, and says so
    }

    private void Usage(Utf8JsonWriter json)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("prompt_tokens", answer.PromptTokens);
        json.WriteNumber("completion_tokens", CompletionTokens);
        json.WriteNumber("total_tokens", answer.PromptTokens + CompletionTokens);
        json.WriteEndObject();
    }

    private static byte[] Event(Action<Utf8JsonWriter> write)
    {
        var json = Json(write);
        var bytes = new byte[json.Length + 8];
        Encoding.ASCII.GetBytes("data: ", bytes);
        json.CopyTo(bytes, 6);
        bytes[^2] = bytes[^1] = (byte)'\n';
        return bytes;
    }

    private static byte[] Json(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream(512);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}
