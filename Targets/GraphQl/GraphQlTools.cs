using System.Collections.Immutable;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.GraphQl;

/// <summary>The tools of a GraphQL endpoint: one for each query and mutation, or <c>graphql</c> where the schema is not known. Immutable.</summary>
/// <param name="endpoint">URL of the endpoint.</param>
/// <param name="operations">Queries and mutations; empty where the schema is not known.</param>
internal sealed class GraphQlTools(Uri endpoint, ImmutableArray<GraphQlOperation> operations)
{
    /// <summary>Names of the tools, in order.</summary>
    public IEnumerable<string> Names => operations.IsEmpty ? [GraphQlQueryTool.Name] : operations.Select(static operation => operation.Name);

    /// <summary>Names of those that change what the target holds: mutations, and <c>graphql</c>, which takes any.</summary>
    public IEnumerable<string> Changing => operations.IsEmpty ? Names : operations.Where(static operation => operation.IsMutation).Select(static operation => operation.Name);

    /// <summary>What a brain sees of queries and mutations.</summary>
    public IEnumerable<ToolSpec> Specs => operations.Select(static operation => operation.Tool);

    /// <summary>The tools.</summary>
    public IEnumerable<ITool> Create(TargetCaller caller, Uri targetUrl)
    {
        var sender = new GraphQlCaller(endpoint, caller, isTarget: endpoint.Authority == targetUrl.Authority);
        return operations.IsEmpty ? [new GraphQlQueryTool(sender)] : operations.Select(operation => new GraphQlTool(operation, sender));
    }
}
