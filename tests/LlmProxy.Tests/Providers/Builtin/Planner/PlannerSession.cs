using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Providers.Builtin.Planner;
using ApeTest.LlmProxy.Tests.Providers.Builtin.Planner.Apis;
using ApeTest.Tests.Shared;

namespace ApeTest.LlmProxy.Tests.Providers.Builtin.Planner;

/// <summary>Plays one session: asks the planner, lets the API answer, until the planner finishes.</summary>
internal static class PlannerSession
{
    private const int StepCap = 25;

    public static PlayedSession Play(string goal, SimulatedApi api, JsonObject? state = null)
    {
        var planner = new RulePlanner(new FakeTimeProvider());
        var messages = Opening(goal, state);
        List<(string Tool, JsonObject Arguments)> calls = [];
        for (var i = 0; i < StepCap; i++)
        {
            var body = Request(messages, api.Tools);
            var answer = planner.Decide(body, new SessionIdentity("run", "0-0", "trace"));
            Assert.NotNull(answer.Call);
            var arguments = JsonNode.Parse(answer.Call.Arguments)!.AsObject();
            calls.Add((answer.Call.Tool, arguments));
            if (answer.Call.Tool == "finish")
            {
                return new PlayedSession(calls, arguments["outcome"]!.ToString(), arguments["reason"]!.ToString());
            }

            var observation = api.Invoke(answer.Call.Tool, (JsonObject)arguments.DeepClone());
            Append(messages, answer.Call, observation.ToJsonString());
        }

        return new PlayedSession(calls, "step cap", "");
    }

    public static JsonArray Opening(string goal, JsonObject? state = null)
    {
        var context = new JsonObject { ["goal"] = goal, ["persona"] = null, ["state"] = state ?? [], ["stepsLeft"] = 30 };
        return [new JsonObject { ["role"] = "system", ["content"] = "You test an application.\n```ape-context\n" + context.ToJsonString() + "\n```" },
            new JsonObject { ["role"] = "user", ["content"] = "Begin." }];
    }

    public static byte[] Request(JsonArray messages, JsonArray tools)
    {
        var all = tools.DeepClone().AsArray();
        all.Add(JsonNode.Parse("""{"type":"function","function":{"name":"finish","description":"End the session.","parameters":{"type":"object","properties":{"outcome":{"type":"string"},"reason":{"type":"string"}}}}}"""));
        all.Add(JsonNode.Parse("""{"type":"function","function":{"name":"state_update","description":"Remember values.","parameters":{"type":"object"}}}"""));
        return Encoding.UTF8.GetBytes(new JsonObject { ["model"] = "planner", ["messages"] = messages.DeepClone(), ["tools"] = all }.ToJsonString());
    }

    public static void Append(JsonArray messages, PlannedCall call, string observation)
    {
        messages.Add(new JsonObject
        {
            ["role"] = "assistant",
            ["tool_calls"] = new JsonArray(new JsonObject
            {
                ["id"] = call.Id, ["type"] = "function", ["function"] = new JsonObject { ["name"] = call.Tool, ["arguments"] = call.Arguments },
            }),
        });
        messages.Add(new JsonObject { ["role"] = "tool", ["tool_call_id"] = call.Id, ["content"] = observation });
    }
}

internal sealed record PlayedSession(List<(string Tool, JsonObject Arguments)> Calls, string Outcome, string Reason)
{
    public string[] Tools => [.. Calls.Select(call => call.Tool)];

    public override string ToString() => $"{Outcome}: {Reason}\n" + string.Join("\n", Calls.Select(call => $"  {call.Tool} {call.Arguments.ToJsonString()}"));
}
