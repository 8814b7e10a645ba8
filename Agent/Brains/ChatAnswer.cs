using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.Tools;
using OpenAI.Chat;

namespace ApeTest.Agent.Brains;

/// <summary>A streamed answer put together: text, calls by index, finish reason, usage.</summary>
internal sealed class ChatAnswer
{
    private readonly List<PartialCall> _calls = [];
    private StringBuilder? _text;
    private StringBuilder? _reasoning;

    /// <summary>Finish reason as on the wire; null until it came.</summary>
    public string? FinishReason { get; private set; }

    public ChatTokenUsage? Usage { get; private set; }

    public string? Text => _text?.ToString();

    /// <summary>What was given to <see cref="AddReasoning"/>; null for nothing.</summary>
    public string? Reasoning => _reasoning?.ToString();

    /// <summary>Characters received, for an estimate where the provider sends no usage.</summary>
    public int Length { get; private set; }

    /// <summary>Adds an update; true when it is the first that carries text or part of a call.</summary>
    public bool Add(StreamingChatCompletionUpdate update)
    {
        var before = Length;
        foreach (var part in update.ContentUpdate)
        {
            if (!string.IsNullOrEmpty(part.Text))
            {
                (_text ??= new StringBuilder()).Append(part.Text);
                Length += part.Text.Length;
            }
        }
        foreach (var delta in update.ToolCallUpdates)
        {
            Add(delta);
        }
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
        return before == 0 && Length > 0;
    }

    /// <summary>Adds what an update tells of the model's reasoning: <c>reasoning_content</c> (DeepSeek, vLLM) or <c>reasoning</c> (Cerebras, Ollama, OpenRouter).</summary>
    public void AddReasoning(StreamingChatCompletionUpdate update)
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

    private void Add(StreamingChatToolCallUpdate delta)
    {
        var call = _calls.FindLast(each => each.Index == delta.Index);
        // Some servers send every whole call under index 0: another id with another name is another call.
        if (call is null || (call.Name is not null && !string.IsNullOrEmpty(delta.FunctionName)
            && !string.IsNullOrEmpty(delta.ToolCallId) && call.Id is not null && delta.ToolCallId != call.Id))
        {
            call = new PartialCall(delta.Index, _calls.Count);
            _calls.Add(call);
        }
        call.Id ??= string.IsNullOrEmpty(delta.ToolCallId) ? null : delta.ToolCallId;
        if (call.Name is null && !string.IsNullOrEmpty(delta.FunctionName))
        {
            call.Name = delta.FunctionName;
            Length += delta.FunctionName.Length;
        }
        if (delta.FunctionArgumentsUpdate is { } fragment && fragment.ToMemory() is { IsEmpty: false } bytes)
        {
            call.Arguments.Write(bytes.Span);
            Length += bytes.Length;
        }
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
