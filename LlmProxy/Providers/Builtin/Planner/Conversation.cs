using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What a request says: goal, known state, tools, and every call so far with what came of it.</summary>
internal sealed class Conversation : IDisposable
{
    private const string Fence = "```";
    private const string Label = "ape-context";

    public string Goal { get; private set; } = "";

    /// <summary>Known values: the words of the dotted name, and the value.</summary>
    public List<(string[] Name, JsonElement Value)> State { get; } = [];

    public ToolSet? Tools { get; private set; }

    /// <summary>Length of the messages in bytes of UTF-8.</summary>
    public int Length => _turns.Length;

    private readonly List<JsonElement> _messages = [];
    private JsonDocument? _document;
    private string _state = "";
    private ReadOnlyMemory<byte> _turns;
    private int _lastTurn;
    private int _lastAssistant = -1;

    /// <summary>Reads goal, state and tools; the calls are read when they are asked for. To be disposed of.</summary>
    public static Conversation Read(ReadOnlyMemory<byte> body)
    {
        var conversation = new Conversation();
        var reader = new Utf8JsonReader(body.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isMessages, isTools) = (reader.ValueTextEquals("messages"u8), reader.ValueTextEquals("tools"u8));
            reader.Read();
            var from = (int)reader.TokenStartIndex;
            if (isMessages && conversation._document is null)
            {
                conversation._document = JsonDocument.ParseValue(ref reader);
                conversation.ReadMessages(body[from..(int)reader.BytesConsumed]);
                continue;
            }

            // The largest part of most requests, and the same in each: known tools are not even parsed.
            if (isTools && reader.TokenType == JsonTokenType.StartArray && (conversation.Tools = ToolSet.Known(body.Span[from..])) is not null && conversation._document is not null)
            {
                break;
            }

            reader.Skip();
            if (isTools && body.Span[from] == '[')
            {
                conversation.Tools ??= ToolSet.Read(body.Span[from..(int)reader.BytesConsumed]);
            }
        }

        return conversation._document is null ? throw new JsonException("there are no messages") : conversation;
    }

    public void Dispose() => _document?.Dispose();

    /// <summary>All calls so far.</summary>
    public List<PastCall> Calls() => Calls(0, out _);

    /// <summary>The calls of the last turn; null where there is none, or where what comes behind it answers an earlier turn too.</summary>
    public List<PastCall>? LastCalls() => _lastAssistant >= 0 && Calls(_lastAssistant, out var isWhole) is { Count: > 0 } calls && isWhole ? calls : null;

    private List<PastCall> Calls(int first, out bool isWhole)
    {
        isWhole = true;
        List<PastCall> all = [];
        Dictionary<string, PastCall> open = new(StringComparer.Ordinal);
        for (var i = first; i < _messages.Count; i++)
        {
            var message = _messages[i];
            switch (Role(message))
            {
                case "assistant" when message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array:
                    AddCalls(calls, all, open);
                    break;
                case "tool" when message.TryGetProperty("tool_call_id", out var id) && open.Remove(id.GetString() ?? "", out var call):
                    call.Content = Content(message);
                    break;
                case "tool":
                    isWhole = false;
                    break;
                default:
                    break;
            }
        }

        return all;
    }

    private void ReadMessages(ReadOnlyMemory<byte> body)
    {
        var root = _document!.RootElement;
        var whole = JsonMarshal.GetRawUtf8Value(root);
        var user = "";
        var (from, end) = (-1, 0);
        foreach (var message in root.EnumerateArray())
        {
            var role = Role(message);
            var raw = JsonMarshal.GetRawUtf8Value(message);
            whole.Overlaps(raw, out var at);
            // The prompt in front tells how many steps are left: another number each time. What counts of it is hashed apart.
            from = from < 0 && role is not ("system" or "developer") ? at : from;
            if (role is "system" or "developer")
            {
                ReadContext(Content(message));
            }
            else if (role == "user" && user.Length == 0)
            {
                user = Content(message);
            }
            else if (role == "assistant")
            {
                (_lastTurn, _lastAssistant) = (Math.Max(0, end - from), _messages.Count);
            }

            _messages.Add(message);
            end = at + raw.Length;
        }

        Goal = Goal.Length == 0 ? user : Goal;
        _turns = from < 0 ? default : body[from..end];
    }

    private static string? Role(JsonElement message) => !message.TryGetProperty("role", out var value) ? null
        : value.ValueEquals("tool"u8) ? "tool" : value.ValueEquals("assistant"u8) ? "assistant" : value.GetString();

    /// <summary>
    /// Two digests: of the conversation as it was before its last turn, and as it is now. The one of now is, in the next request of the
    /// session, the one of before, so that what was thought can be found again.
    /// </summary>
    public (UInt128 Before, UInt128 Now) Digest(SessionIdentity identity, DateTimeOffset now)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', identity.Run, identity.Session, identity.Trace, Tools?.Id, now.UtcDateTime.Date.Ticks, Goal.Length, Goal, _state)));
        hash.AppendData(_turns.Span[.._lastTurn]);
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        hash.GetCurrentHash(digest);
        var before = MemoryMarshal.Read<UInt128>(digest);
        hash.AppendData(_turns.Span[_lastTurn..]);
        hash.GetCurrentHash(digest);
        return (before, MemoryMarshal.Read<UInt128>(digest));
    }

    private static void AddCalls(JsonElement calls, List<PastCall> all, Dictionary<string, PastCall> open)
    {
        foreach (var call in calls.EnumerateArray())
        {
            var function = call.GetProperty("function");
            var text = function.TryGetProperty("arguments", out var arguments) && arguments.ValueKind == JsonValueKind.String ? arguments.GetString()! : "{}";
            var past = new PastCall(function.GetProperty("name").GetString()!, text);
            all.Add(past);
            // Ids of some servers repeat: the latest call of an id is the one that is answered next.
            open[call.TryGetProperty("id", out var id) ? id.GetString() ?? "" : ""] = past;
        }
    }

    // The system prompt ends with a fenced block of JSON: {"goal","persona","state","stepsLeft"}.
    private void ReadContext(string prompt)
    {
        var start = prompt.LastIndexOf(Fence + Label, StringComparison.Ordinal);
        var from = start + Fence.Length + Label.Length;
        var end = start < 0 ? -1 : prompt.IndexOf(Fence, from, StringComparison.Ordinal);
        if (end < 0)
        {
            return;
        }

        using var context = JsonDocument.Parse(prompt.AsMemory(from, end - from));
        var root = context.RootElement;
        if (root.TryGetProperty("goal", out var goal) && goal.ValueKind == JsonValueKind.String)
        {
            Goal = goal.GetString()!;
        }

        if (root.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.Object)
        {
            _state = state.GetRawText();
            Flatten(state, "");
        }
    }

    private void Flatten(JsonElement value, string name)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in value.EnumerateObject())
            {
                Flatten(property.Value, name.Length == 0 ? property.Name : name + "." + property.Name);
            }
        }
        else if (value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
        {
            State.Add((Words.Parts(name), value.Clone()));
        }
    }

    private static string Content(JsonElement message)
    {
        if (!message.TryGetProperty("content", out var content))
        {
            return "";
        }

        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString()!,
            JsonValueKind.Array => string.Concat(content.EnumerateArray()
                .Select(part => part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String ? text.GetString() : "")),
            _ => "",
        };
    }
}

/// <summary>A call that was made, and its answer once there is one.</summary>
internal sealed class PastCall(string tool, string arguments)
{
    private Observation? _answer;

    public string Tool => tool;

    /// <summary>Its arguments, as the text of a JSON object.</summary>
    public string Arguments => arguments;

    /// <summary>The answer's text; null while there is none.</summary>
    public string? Content { get; set; }

    public Observation Answer => _answer ??= Content is null ? Observation.None : Observation.Read(Content);
}
