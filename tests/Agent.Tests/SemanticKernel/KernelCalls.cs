using System.Collections.Immutable;
using ApeTest.Agent.Brains;
using ApeTest.Agent.SemanticKernel;
using ApeTest.Agent.Sessions;
using ApeTest.Targets.Tools;
using Microsoft.SemanticKernel;

namespace ApeTest.Agent.Tests.SemanticKernel;

/// <summary>A brain whose framework invokes the tools itself: each decision is one script, on a kernel of the session; then it finishes.</summary>
internal sealed class KernelCalls(params Func<Kernel, CancellationToken, Task>[] decisions) : IBrain
{
    private int _decided;

    /// <summary>The session before each decision: what it knew, and how many turns it had.</summary>
    public List<(IReadOnlyDictionary<string, System.Text.Json.JsonElement> State, int Turns)> Seen { get; } = [];

    public async ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken)
    {
        Seen.Add((session.State, session.Turns.Count));
        if (_decided < decisions.Length)
        {
            await decisions[_decided++](SessionKernel.Of(new Kernel(plugins: [new ToolPlugin(session.Tools)]), session), cancellationToken);
            return new Decision([], "stop", null, TimeSpan.Zero) { Text = "acted" };
        }
        var arguments = System.Text.Json.JsonDocument.Parse("""{"outcome":"success","reason":"done"}""").RootElement;
        return new Decision(ImmutableArray.Create(new ToolCall("end", FinishTool.Name, arguments)), "tool_calls", null, TimeSpan.Zero);
    }
}
