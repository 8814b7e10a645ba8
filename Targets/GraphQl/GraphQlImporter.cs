using System.Collections.Immutable;
using System.Text.Json;
using ApeTest.Scenarios;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.GraphQl;

/// <summary>Adds the queries and mutations of a GraphQL endpoint to a tool catalog.</summary>
public static class GraphQlImporter
{
    /// <summary>Types of types of types: introspection nests deeper than JSON usually does.</summary>
    internal static readonly JsonDocumentOptions Deep = new() { MaxDepth = 128 };

    /// <summary>
    /// Imports every query and mutation; names that operations of <paramref name="beside"/> have get a number. A malformed document, or one
    /// without a query, throws <see cref="ApeTestException"/> (exit 2) that names what is malformed and where.
    /// </summary>
    /// <param name="document">The answer to the introspection query (<see cref="GraphQlText.Text"/>); null: it is not told, and the tool <c>graphql</c> takes any query.</param>
    /// <param name="where">The endpoint: a path on the target that begins with '/', or an absolute URL.</param>
    /// <param name="beside">The target's other tools: those of its OpenAPI document, or the generic ones, whose place is taken.</param>
    /// <param name="source">What to call the document in errors. Default <c>the GraphQL schema</c>.</param>
    public static ToolCatalog Import(string? document, string where, ToolCatalog beside, string source = "the GraphQL schema")
    {
        var endpoint = Endpoint(where, beside.TargetUrl);
        if (document is null)
        {
            return beside.With(new GraphQlTools(endpoint, []));
        }
        var schema = GraphQlSchema.Read(document, source);
        var names = new ToolNames(ToolCatalog.ReservedNames.Concat(beside.Operations.Select(static operation => operation.Name)));
        var operations = ImmutableArray.CreateBuilder<GraphQlOperation>(schema.Queries.Length + schema.Mutations.Length);
        operations.AddRange(schema.Queries.Select(field => new GraphQlOperation(names.Take(field.Name, "query", field.Name), "query", field, schema, endpoint)));
        operations.AddRange(schema.Mutations.Select(field => new GraphQlOperation(names.Take(field.Name, "mutation", field.Name), "mutation", field, schema, endpoint)));
        return operations.Count > 0
            ? beside.With(new GraphQlTools(endpoint, operations.ToImmutable()))
            : throw new ApeTestException($"{source} is malformed: its query type has no fields", "Check that target.graphql names the endpoint that takes POST.", ExitCodes.Input);
    }

    /// <summary>URL of the endpoint; <see cref="ApeTestException"/> (exit 2) for what is none.</summary>
    internal static Uri Endpoint(string where, Uri target) => TargetReference.Read(where, target, out var error)
        ?? throw new ApeTestException($"target.graphql: '{where}' {error}", "Write the path of the endpoint, such as /graphql.", ExitCodes.Input);
}
