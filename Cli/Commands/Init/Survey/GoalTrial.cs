using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Providers.Builtin.Planner;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>
/// Plays goals at a target as a run's sessions do: the same tools, the same policy, the built-in planner. Only what reads is called, so that a goal
/// can be suggested because it was seen to work, and nothing is changed by finding that out.
/// </summary>
internal sealed class GoalTrial : IDisposable
{
    // What is suggested is a handful of steps; a planner that goes astray ends here.
    private const int MostCalls = 8;

    private readonly TimeProvider _time;
    private readonly SocketsTransport _transport;
    private readonly ToolSet _tools;
    private readonly JsonArray _shown;
    private int _calls;

    /// <param name="target">The target, its headers filled in.</param>
    /// <param name="catalog">Its tools.</param>
    /// <param name="time">Clock.</param>
    public GoalTrial(TargetSpec target, ToolCatalog catalog, TimeProvider time)
    {
        _time = time;
        _transport = new SocketsTransport(new TargetPolicy(target), time, options: SocketsOptions.From(target));
        _tools = catalog.CreateTools(_transport, target.Name, time, configuredHeaders: target.Headers.Keys);
        _shown = [.. _tools.Specs.Select(static spec => Shown(spec.Name, spec.Description, JsonNode.Parse(spec.InputSchema.GetRawText()))), Shown("finish", "Ends the session.", new JsonObject { ["type"] = "object" })];
    }

    /// <summary>A session's state, empty.</summary>
    public SessionState Session() => new(default, _time);

    /// <summary>Makes one call of a session. What goes wrong is in the result.</summary>
    public async Task<TrialCall> CallAsync(string tool, JsonObject arguments, SessionState state, CancellationToken cancellationToken)
    {
        var call = new ToolCall($"call_{++_calls}", tool, JsonSerializer.SerializeToElement(arguments));
        return new TrialCall(tool, await _tools.InvokeAsync(call, state, cancellationToken));
    }

    /// <summary>The calls that lead the planner to the goal's end; null where it does not get there, where a call fails, or where one would be made that is not allowed.</summary>
    /// <param name="goal">The goal.</param>
    /// <param name="isAllowed">Whether a tool may be called: those that read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<TrialCall>?> PlayAsync(string goal, Func<string, bool> isAllowed, CancellationToken cancellationToken)
    {
        var state = Session();
        var messages = new JsonArray { new JsonObject { ["role"] = "user", ["content"] = goal } };
        var calls = new List<TrialCall>();
        while (true)
        {
            var request = JsonSerializer.SerializeToUtf8Bytes(new JsonObject { ["messages"] = messages.DeepClone(), ["tools"] = _shown.DeepClone() });
            if (PlannerPreview.Next(request, _time) is not var (tool, arguments) || JsonNode.Parse(arguments) is not JsonObject given)
            {
                return null;
            }
            if (tool == "finish")
            {
                return given["outcome"]?.ToString() == "success" ? calls : null;
            }
            if (calls.Count == MostCalls || !isAllowed(tool))
            {
                return null;
            }
            var call = await CallAsync(tool, given, state, cancellationToken);
            if (!call.IsOk)
            {
                return null;
            }
            calls.Add(call);
            var id = $"call_{_calls}";
            messages.Add(new JsonObject
            {
                ["role"] = "assistant",
                ["tool_calls"] = new JsonArray { new JsonObject { ["id"] = id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = tool, ["arguments"] = arguments } } },
            });
            messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = id, ["content"] = call.Result.Observation });
        }
    }

    public void Dispose() => _transport.Dispose();

    private static JsonNode Shown(string name, string description, JsonNode? parameters) => new JsonObject
    {
        ["type"] = "function",
        ["function"] = new JsonObject { ["name"] = name, ["description"] = description, ["parameters"] = parameters },
    };
}
