namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What the built-in planner would do, without a proxy in between: whoever suggests a goal asks first whether it is one that the planner goes for.</summary>
public static class PlannerPreview
{
    /// <summary>The call that the planner makes next; null where it makes none. The same request always gets the same answer.</summary>
    /// <param name="request">A chat request in OpenAI's form: UTF-8 JSON with <c>messages</c> and <c>tools</c>.</param>
    /// <param name="time">Clock: dates in goals are relative to it.</param>
    /// <returns>Name of the tool, and its arguments as the text of a JSON object.</returns>
    public static (string Tool, string Arguments)? Next(ReadOnlyMemory<byte> request, TimeProvider time) =>
        new RulePlanner(time).Decide(request, new SessionIdentity("", "", "")).Call is { } call ? (call.Tool, call.Arguments) : null;
}
