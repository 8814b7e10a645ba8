using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What a request says: goal, known state, tools, and every call so far with what came of it.</summary>
internal sealed class Conversation
{
    private const string Fence = "```";
    private const string Label = "ape-context";

    public string Goal { get; private set; } = "";

    /// <summary>Known values: the words of the dotted name, and the value.</summary>
    public List<(string[] Name, JsonElement Value)> State { get; } = [];

    public ToolSet? Tools { get; private set; }

    public List<PastCall> Calls { get; } = [];

    public static Conversation Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        var conversation = new Conversation();
        if (root.TryGetProperty("tools", out var tools) && tools.ValueKind == JsonValueKind.Array)
        {
            conversation.Tools = ToolSet.Read(tools, System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(tools));
        }

        Dictionary<string, PastCall> open = new(StringComparer.Ordinal);
        var user = "";
        foreach (var message in root.GetProperty("messages").EnumerateArray())
        {
            var role = message.TryGetProperty("role", out var value) ? value.GetString() : null;
            switch (role)
            {
                case "system" or "developer":
                    conversation.ReadContext(Content(message));
                    break;
                case "user":
                    user = user.Length == 0 ? Content(message) : user;
                    break;
                case "assistant" when message.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array:
                    conversation.AddCalls(calls, open);
                    break;
                case "tool" when message.TryGetProperty("tool_call_id", out var id) && open.Remove(id.GetString() ?? "", out var call):
                    call.Answer = Observation.Read(Content(message));
                    break;
                default:
                    break;
            }
        }

        conversation.Goal = conversation.Goal.Length == 0 ? user : conversation.Goal;
        return conversation;
    }

    private void AddCalls(JsonElement calls, Dictionary<string, PastCall> open)
    {
        foreach (var call in calls.EnumerateArray())
        {
            var function = call.GetProperty("function");
            var text = function.TryGetProperty("arguments", out var arguments) && arguments.ValueKind == JsonValueKind.String ? arguments.GetString()! : "{}";
            var past = new PastCall(function.GetProperty("name").GetString()!, text);
            Calls.Add(past);
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
internal sealed record PastCall(string Tool, string Arguments)
{
    public Observation Answer { get; set; } = Observation.None;
}
