using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What the parts of the planner share while one session is thought through.</summary>
/// <param name="Goal">What the session shall do.</param>
/// <param name="State">Known values: the words of the dotted name, and the value.</param>
/// <param name="Tools">What can be called.</param>
/// <param name="Credentials">Who the goal says we are; null when it does not say.</param>
/// <param name="Knowledge">What was seen so far.</param>
/// <param name="Values">What is made up.</param>
internal sealed record PlanContext(string Goal, IReadOnlyList<(string[] Name, JsonElement Value)> State, ToolSet Tools, Credentials? Credentials, Knowledge Knowledge, Values Values)
{
    /// <summary>A known value whose name ends with the parameter's words, such as <c>user.email</c> for <c>email</c>.</summary>
    public JsonElement? FromState(Parameter parameter)
    {
        var wanted = string.Concat(Words.Parts(parameter.Name));
        foreach (var (name, value) in State)
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
