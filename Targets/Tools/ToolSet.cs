using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools;

/// <summary>Tools by name. Immutable; the tools hold no session state, so one set serves every session of a target.</summary>
public sealed class ToolSet
{
    private readonly FrozenDictionary<string, ITool> _tools;

    /// <summary>Creates the set; names are unique.</summary>
    public ToolSet(ImmutableArray<ITool> tools)
    {
        _tools = tools.ToFrozenDictionary(static tool => tool.Spec.Name, StringComparer.Ordinal);
        Specs = [.. tools.Select(static tool => tool.Spec)];
    }

    /// <summary>What a brain sees, in order.</summary>
    public ImmutableArray<ToolSpec> Specs { get; }

    /// <summary>The tool of that name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out ITool? tool) => _tools.TryGetValue(name, out tool);

    /// <summary>Invokes the tool that the call names; an unknown name is a rejected result.</summary>
    public ValueTask<ActionResult> InvokeAsync(ToolCall call, SessionState state, CancellationToken cancellationToken) =>
        _tools.TryGetValue(call.Tool, out var tool)
            ? tool.InvokeAsync(call, state, cancellationToken)
            : ValueTask.FromResult(ActionResults.Rejected(
                ActionResults.UnknownTool, $"there is no tool '{call.Tool}'; known: {string.Join(", ", Specs.Take(50).Select(static spec => spec.Name))}", state));
}
