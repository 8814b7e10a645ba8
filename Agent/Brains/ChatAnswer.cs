using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.Tools;
using OpenAI.Chat;

namespace ApeTest.Agent.Brains;

/// <summary>A streamed answer put together: text, calls by index, finish reason, usage.</summary>
internal sealed class ChatAnswer(TimeProvider time)
{
    private readonly List<PartialCall> _calls = [];
    private StringBuilder? _text;
    private StringBuilder? _reasoning;

    /// <summary>Finish reason as on the wire; null until it came.</summary>
    public string? FinishReason { get; private set; }

    public ChatTokenUsage? Usage { get; private set; }

    public string? Text => _text?.ToString();

    /// <summary>What the model told of its reasoning, where it was wanted; null for nothing.</summary>
    public string? Reasoning => _reasoning?.ToString();

    /// <summary>Characters received, for an estimate where the provider sends no usage.</summary>
    public int Length { get; private set; }

    /// <summary>Timestamp of the first text or part of a call; null until it came.</summary>
    public long? Started { get; private set; }

    /// <summary>Adds a piece of text.</summary>
    public void AddText(string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            (_text ??= new StringBuilder()).Append(text);
            Count(text.Length);
        }
    }

    /// <summary>Adds a piece of a call: id and name come whole in one piece of it, the arguments (UTF-8) in any number.</summary>
    public void AddCall(int index, string? id, string? name, ReadOnlySpan<byte> arguments)
    {
        var call = _calls.FindLast(each => each.Index == index);
        // Some servers send every whole call under index 0: another id with another name is another call.
        if (call is null || (call.Name is not null && !string.IsNullOrEmpty(name) && !string.IsNullOrEmpty(id) && call.Id is not null && id != call.Id))
        {
            call = new PartialCall(index, _calls.Count);
            _calls.Add(call);
        }
        call.Id ??= string.IsNullOrEmpty(id) ? null : id;
        if (call.Name is null && !string.IsNullOrEmpty(name))
        {
            call.Name = name;
            Count(name.Length);
        }
        if (!arguments.IsEmpty)
        {
            call.Arguments.Write(arguments);
            Count(arguments.Length);
        }
    }

    /// <summary>Adds what an update says of the answer as a whole. Both chat brains get it from the OpenAI SDK, under whatever they stand on.</summary>
    public void AddFacts(StreamingChatCompletionUpdate update, bool wantsReasoning)
    {
        Usage = update.Usage ?? Usage;
        if (update.FinishReason is { } reason)
        {
            FinishReason = reason switch
            {
                ChatFinishReason.Stop => "stop",
                ChatFinishReason.Length => "length",
                ChatFinishReason.ToolCalls => "tool_calls",
                ChatFinishReason.ContentFilter => "content_filter",
                _ => "function_call",
            };
        }
        if (wantsReasoning)
        {
            AddReasoning(update);
        }
    }

    /// <summary>
    /// The calls in order of their index. Ids that are missing or repeat within the conversation (providers differ) are replaced by
    /// <paramref name="turn"/>'s own. Arguments that are not JSON become a JSON text, which no tool's schema accepts.
    /// </summary>
    public ImmutableArray<ToolCall> Calls(int turn, Func<string, bool> idTaken)
    {
        if (_calls.Count == 0)
        {
            return [];
        }
        _calls.Sort(static (a, b) => a.Index != b.Index ? a.Index.CompareTo(b.Index) : a.Order.CompareTo(b.Order));
        var calls = ImmutableArray.CreateBuilder<ToolCall>(_calls.Count);
        for (var i = 0; i < _calls.Count; i++)
        {
            var id = _calls[i].Id;
            if (string.IsNullOrEmpty(id) || idTaken(id) || calls.Any(call => call.Id == id))
            {
                id = $"call_{turn}_{i}";
            }
            calls.Add(new ToolCall(id, _calls[i].Name ?? "", Arguments(_calls[i].Arguments.WrittenSpan)));
        }
        return calls.MoveToImmutable();
    }

    private void Count(int length)
    {
        Started ??= time.GetTimestamp();
        Length += length;
    }

    /// <summary><c>reasoning_content</c> (DeepSeek, vLLM) or <c>reasoning</c> (Cerebras, Ollama, OpenRouter).</summary>
    private void AddReasoning(StreamingChatCompletionUpdate update)
    {
        // Fields that OpenAI's own API does not have; the SDK keeps them aside.
#pragma warning disable SCME0001
        if ((update.Patch.TryGetValue("$.choices[0].delta.reasoning_content"u8, out string? text) || update.Patch.TryGetValue("$.choices[0].delta.reasoning"u8, out text))
            && !string.IsNullOrEmpty(text))
        {
            (_reasoning ??= new StringBuilder()).Append(text);
        }
#pragma warning restore SCME0001
    }

    private static JsonElement Arguments(ReadOnlySpan<byte> json)
    {
        var text = json.Trim(" \r\n\t"u8);
        if (text.IsEmpty)
        {
            text = "{}"u8;
        }
        try
        {
            var reader = new Utf8JsonReader(text);
            var value = JsonElement.ParseValue(ref reader);
            if (!reader.Read())
            {
                return value;
            }
        }
        catch (JsonException)
        {
        }
        return JsonSerializer.SerializeToElement(Encoding.UTF8.GetString(text));
    }

    private sealed class PartialCall(int index, int order)
    {
        public int Index { get; } = index;

        public int Order { get; } = order;

        public string? Id { get; set; }

        public string? Name { get; set; }

        public ArrayBufferWriter<byte> Arguments { get; } = new();
    }
}
