using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools;

/// <summary>
/// <c>state_get</c>: what the session remembers, <c>{"variables":{...},"cookies":["sid"],"token":true}</c>. Cookies by name only and the token
/// by whether there is one: their values are credentials. Nothing is sent. For MCP clients; a brain has its state in its prompt.
/// </summary>
internal sealed class StateGetTool : ITool
{
    /// <summary>Name.</summary>
    public const string Name = "state_get";

    /// <summary>Longest value where all are told; one that is asked for by name comes whole.</summary>
    private const int MaxValue = 300;

    private static readonly JsonElement Schema = JsonDocument.Parse("""
        {"type": "object", "properties": {"name": {"type": "string", "description": "One variable; leave it out for all of them, and the names of cookies."}},
         "additionalProperties": false}
        """).RootElement.Clone();

    private static readonly SchemaChecker Checker = SchemaChecker.Compile(Schema);

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <inheritdoc/>
    public ToolSpec Spec { get; } = new(Name, "Tells what this session remembers: variables, names of cookies, whether it has a token.", Schema, IsAction: false);

    /// <inheritdoc/>
    public ValueTask<ActionResult> InvokeAsync(ToolCall call, SessionState state, CancellationToken cancellationToken)
    {
        var arguments = call.Arguments.ValueKind == JsonValueKind.Undefined ? ArgumentCheck.Empty : call.Arguments;
        if (ArgumentCheck.Errors(Checker, arguments) is { } errors)
        {
            return ValueTask.FromResult(ActionResults.Rejected(ActionResults.InvalidArguments, errors, state));
        }
        var name = arguments.TryGetProperty("name", out var wanted) ? wanted.GetString()! : null;
        if (name is not null && !state.Variables.ContainsKey(name))
        {
            var known = string.Join(", ", state.Variables.Keys.Order(StringComparer.Ordinal).Take(50));
            return ValueTask.FromResult(ActionResults.Rejected(
                ActionResults.InvalidArguments, $"$.name: no variable of that name is remembered; known: {(known.Length > 0 ? known : "none")}", state));
        }
        return ValueTask.FromResult(new ActionResult { Outcome = ActionOutcome.Ok, Observation = Write(state, name) });
    }

    private static string Write(SessionState state, string? name)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            var reducer = name is null ? new JsonReducer(20, MaxValue, state.Secrets) : new JsonReducer(int.MaxValue, int.MaxValue, state.Secrets);
            writer.WriteStartObject();
            writer.WriteStartObject("variables");
            foreach (var variable in state.Variables.Where(variable => name is null || variable.Key == name).OrderBy(static variable => variable.Key, StringComparer.Ordinal))
            {
                writer.WritePropertyName(variable.Key);
                reducer.Write(writer, variable.Value);
            }
            writer.WriteEndObject();
            if (name is null)
            {
                writer.WriteStartArray("cookies");
                foreach (var cookie in state.Cookies.Names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
                {
                    writer.WriteStringValue(cookie);
                }
                writer.WriteEndArray();
                writer.WriteBoolean("token", state.BearerToken is { Length: > 0 });
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
