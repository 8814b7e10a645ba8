using System.Text.Json;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools;

/// <summary><c>state_update</c>: lets a brain remember values for later; nothing is sent.</summary>
internal sealed class StateUpdateTool : ITool
{
    /// <summary>Name.</summary>
    public const string Name = "state_update";

    /// <summary>A session's variables are bounded: a brain that remembers everything must not fill the memory.</summary>
    private const int MaxVariables = 200;

    private const int MaxValueLength = 4096;

    private static readonly JsonElement Schema = JsonDocument.Parse("""
        {"type": "object", "properties": {"values": {"type": "object", "description": "Names and values to remember; null forgets one."}},
         "required": ["values"], "additionalProperties": false}
        """).RootElement.Clone();

    private static readonly SchemaChecker Checker = SchemaChecker.Compile(Schema);

    /// <inheritdoc/>
    public ToolSpec Spec { get; } = new(Name, "Remembers values for later steps of this session.", Schema, IsAction: false);

    /// <inheritdoc/>
    public ValueTask<ActionResult> InvokeAsync(ToolCall call, SessionState state, CancellationToken cancellationToken)
    {
        if (ArgumentCheck.Errors(Checker, call.Arguments.ValueKind == JsonValueKind.Undefined ? ArgumentCheck.Empty : call.Arguments) is { } errors)
        {
            return ValueTask.FromResult(ActionResults.Rejected(ActionResults.InvalidArguments, errors, state));
        }
        // All or nothing: after a refusal a brain must not have to guess which half of it is remembered.
        var names = state.Variables.Keys.ToHashSet(StringComparer.Ordinal);
        foreach (var value in call.Arguments.GetProperty("values").EnumerateObject())
        {
            if (value.Value.GetRawText().Length > MaxValueLength)
            {
                return ValueTask.FromResult(ActionResults.Rejected(
                    ActionResults.InvalidArguments, $"$.values.{value.Name}: is longer than {MaxValueLength} characters of JSON; nothing was changed", state));
            }
            _ = value.Value.ValueKind == JsonValueKind.Null ? names.Remove(value.Name) : names.Add(value.Name);
        }
        if (names.Count > MaxVariables)
        {
            return ValueTask.FromResult(ActionResults.Rejected(
                ActionResults.InvalidArguments, $"$.values: would make {names.Count} remembered values, at most {MaxVariables} are kept; set others to null to forget them; nothing was changed", state));
        }
        foreach (var value in call.Arguments.GetProperty("values").EnumerateObject())
        {
            if (value.Value.ValueKind == JsonValueKind.Null)
            {
                state.Variables.Remove(value.Name);
            }
            else
            {
                state.Variables[value.Name] = value.Value.Clone();
            }
        }
        return ValueTask.FromResult(new ActionResult { Outcome = ActionOutcome.Ok, Observation = """{"ok":true}""" });
    }
}
