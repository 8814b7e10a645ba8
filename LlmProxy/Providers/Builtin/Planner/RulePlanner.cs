using System.Globalization;
using System.Text.Json.Nodes;
using ApeTest.LlmProxy.Providers.Builtin.Planner.Browsing;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// A planner by rules, from one chat request to one tool call. It reads the goal, the tools and the conversation, and nothing else;
/// the same request always gets the same answer. It is not a language model. How it thinks:
/// <list type="number">
/// <item>The goal splits into intents: verb, object, qualifiers (<see cref="GoalReader"/>).</item>
/// <item>Each intent gets the operation whose words fit best (<see cref="IntentMatcher"/>).</item>
/// <item>The calls so far are replayed, those that were not yet (<see cref="OpenPlans"/>), and what they showed is remembered (<see cref="PlanEngine"/>, <see cref="Knowledge"/>).</item>
/// <item>The next open step's parameters are filled; what is missing is looked up first (<see cref="ArgumentFinder"/>, <see cref="ReferenceFinder"/>).</item>
/// <item>A target without a description is gone through by the goal's own requests or page by page (<see cref="RequestWay"/>, <see cref="PageWay"/>).</item>
/// <item>When no step is open it calls <c>finish</c>.</item>
/// </list>
/// </summary>
internal sealed class RulePlanner(TimeProvider clock)
{
    private const string SelfDescription = "I am builtin/planner: rules, not a language model. Give me a goal and tools.";

    private readonly OpenPlans _open = new(clock);

    public PlannerAnswer Decide(ReadOnlyMemory<byte> body, SessionIdentity identity)
    {
        using var conversation = Conversation.Read(body);
        var now = clock.GetUtcNow();
        var (before, digest) = conversation.Digest(identity, now);
        var id = "chatcmpl-" + digest.ToString("x32", CultureInfo.InvariantCulture)[..24];
        var tokens = (body.Length / 4) + 1;
        if (conversation.Tools is not { } tools || conversation.Goal.Length == 0)
        {
            return new PlannerAnswer(id, now.ToUnixTimeSeconds(), SelfDescription, null, tokens);
        }

        var last = conversation.LastCalls();
        var known = last is null ? null : _open.Take(before);
        var way = known ?? Way(conversation, tools, identity, now);
        foreach (var call in known is null ? conversation.Calls() : last!)
        {
            way.Observe(call);
        }

        var next = way.Suggest();
        var callId = "call_" + id[9..];
        if (next is not null)
        {
            if (way is PlanEngine plan)
            {
                _open.Keep(digest, plan, conversation.Length);
            }

            return new PlannerAnswer(id, now.ToUnixTimeSeconds(), next.Thought, new PlannedCall(callId, next.Tool, next.Arguments.ToJsonString()), tokens);
        }

        var reason = way.Stuck ?? "every part of the goal is done";
        if (!tools.CanFinish)
        {
            return new PlannerAnswer(id, now.ToUnixTimeSeconds(), reason, null, tokens);
        }

        var finish = new JsonObject { ["outcome"] = way.Stuck is null ? "success" : "failure", ["reason"] = reason };
        return new PlannerAnswer(id, now.ToUnixTimeSeconds(), reason, new PlannedCall(callId, "finish", finish.ToJsonString()), tokens);
    }

    private static IWay Way(Conversation conversation, ToolSet tools, SessionIdentity identity, DateTimeOffset now)
    {
        var (understood, credentials) = tools.Understand(conversation.Goal);
        var context = new PlanContext(conversation.Goal, conversation.State, tools, credentials, new Knowledge(), new Values(conversation.Goal, identity, now));
        List<Intent> intents = [.. understood.Select(intent => intent.On(now))];
        if (tools is { Operations.Count: > 0 } or { HasHttp: false })
        {
            return new PlanEngine(context, intents);
        }

        var named = RequestWay.Read(context, context.Goal);
        // "Open /shop and buy a mug": one place to begin at, and then something to do there.
        return named is null || (named.OnlyStart is not null && intents.Count > 1)
            ? new PageWay(context, [.. intents.Where(intent => !intent.Text.Contains(" / ", StringComparison.Ordinal))], named?.OnlyStart ?? "/")
            : named;
    }
}
