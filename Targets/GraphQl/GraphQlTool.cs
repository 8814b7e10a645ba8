using System.Text.Json;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.GraphQl;

/// <summary>One query or mutation as a tool. Its arguments are those of the field; what it selects is chosen for it.</summary>
internal sealed class GraphQlTool(GraphQlOperation operation, GraphQlCaller caller) : ITool
{
    /// <inheritdoc/>
    public ToolSpec Spec => operation.Tool;

    /// <inheritdoc/>
    public async ValueTask<ActionResult> InvokeAsync(ToolCall call, SessionState state, CancellationToken cancellationToken)
    {
        var arguments = SecretFiller.Fill(call, state);
        return ArgumentCheck.Errors(operation.Checker, arguments) is { } errors
            ? ActionResults.Rejected(ActionResults.InvalidArguments, errors, state)
            : await caller.CallAsync(operation.Name, operation.Body(arguments), state, cancellationToken);
    }
}
