using System.Text;
using System.Text.Json;
using ApeTest.Targets.Schemas;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.GraphQl;

/// <summary><c>graphql</c>: any query or mutation, for an endpoint that does not tell its schema.</summary>
internal sealed class GraphQlQueryTool(GraphQlCaller caller) : ITool
{
    /// <summary>Name.</summary>
    public const string Name = "graphql";

    private static readonly JsonElement Schema = JsonDocument.Parse("""
        {"type": "object", "properties": {
          "query": {"type": "string", "minLength": 1, "description": "GraphQL document: a query or mutation with what it selects."},
          "variables": {"type": "object", "description": "Values of the document's variables."},
          "operationName": {"type": "string", "description": "Which operation of the document, where it has several."}},
         "required": ["query"], "additionalProperties": false}
        """).RootElement.Clone();

    private static readonly SchemaChecker Checker = SchemaChecker.Compile(Schema);

    /// <inheritdoc/>
    public ToolSpec Spec { get; } = new(Name, "Sends a GraphQL query or mutation to the target, which does not tell its schema.", Schema, IsAction: true) { Method = "POST" };

    /// <inheritdoc/>
    public async ValueTask<ActionResult> InvokeAsync(ToolCall call, SessionState state, CancellationToken cancellationToken)
    {
        var arguments = SecretFiller.Fill(call, state);
        return ArgumentCheck.Errors(Checker, arguments) is { } errors
            ? ActionResults.Rejected(ActionResults.InvalidArguments, errors, state)
            // The arguments are the request: GraphQL over HTTP, "JSON encoding".
            : await caller.CallAsync(Name, Encoding.UTF8.GetBytes(arguments.GetRawText()), state, cancellationToken);
    }
}
