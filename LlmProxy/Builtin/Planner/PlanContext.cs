using System.Text.Json;

namespace ApeTest.LlmProxy.Builtin.Planner;

/// <summary>What the parts of the planner share while one request is thought through.</summary>
internal sealed record PlanContext(Conversation Conversation, ToolSet Tools, Credentials? Credentials, Knowledge Knowledge, Values Values)
{
    /// <summary>A known value whose name ends with the parameter's words, such as <c>user.email</c> for <c>email</c>.</summary>
    public JsonElement? FromState(Parameter parameter)
    {
        foreach (var (name, value) in Conversation.State)
        {
            if (parameter.Tokens.Length > 0 && name.Length >= parameter.Tokens.Length && name.AsSpan()[^parameter.Tokens.Length..].SequenceEqual(parameter.Tokens))
            {
                return value;
            }
        }

        return null;
    }
}
