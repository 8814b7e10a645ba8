using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What the parts of the planner share while one request is thought through.</summary>
internal sealed record PlanContext(Conversation Conversation, ToolSet Tools, Credentials? Credentials, Knowledge Knowledge, Values Values)
{
    /// <summary>A known value whose name ends with the parameter's words, such as <c>user.email</c> for <c>email</c>.</summary>
    public JsonElement? FromState(Parameter parameter)
    {
        var wanted = string.Concat(Words.Parts(parameter.Name));
        foreach (var (name, value) in Conversation.State)
        {
            // user.name is also "username"
            for (var from = name.Length - 1; from >= 0 && wanted.Length > 0; from--)
            {
                if (string.Concat(name[from..]) == wanted)
                {
                    return value;
                }
            }
        }

        return null;
    }
}
