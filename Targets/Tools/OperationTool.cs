using System.Text.Json;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools;

/// <summary>One operation of the target as a tool.</summary>
internal sealed class OperationTool(OperationSpec operation, Uri targetUrl, TargetCaller caller) : ITool
{
    /// <inheritdoc/>
    public ToolSpec Spec => operation.Tool;

    /// <inheritdoc/>
    public async ValueTask<ActionResult> InvokeAsync(ToolCall call, SessionState state, CancellationToken cancellationToken)
    {
        // Secrets first: the schema judges what is sent, not the placeholder.
        var arguments = SecretFiller.Fill(call, state);
        arguments = CsrfArgument.Fill(operation, targetUrl, arguments, state, out var carried);
        if (ArgumentCheck.Errors(operation.Checker, arguments) is { } errors)
        {
            return ActionResults.Rejected(ActionResults.InvalidArguments, errors, state);
        }
        return RequestBuilder.Build(operation, targetUrl, arguments, out var error) is { } request
            ? await caller.CallAsync(request with { Carried = carried }, state, cancellationToken)
            : ActionResults.Rejected(ActionResults.InvalidArguments, error!, state);
    }
}
