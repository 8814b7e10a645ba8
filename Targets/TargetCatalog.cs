using ApeTest.Targets.GraphQl;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets;

/// <summary>Makes the catalog of a target from what it says of itself.</summary>
public static class TargetCatalog
{
    /// <summary>
    /// Operations of the OpenAPI document, queries and mutations of the GraphQL endpoint, or the generic verbs where there is neither. A malformed text throws
    /// <see cref="Scenarios.ApeTestException"/> (exit 2).
    /// </summary>
    /// <param name="url">URL of the target.</param>
    /// <param name="document">Its OpenAPI document; null for none.</param>
    /// <param name="graphQl">Its GraphQL endpoint, a path or a URL; null for none.</param>
    /// <param name="schema">The endpoint's schema; null where it is not told.</param>
    public static ToolCatalog Import(Uri url, OpenApiText? document, string? graphQl, GraphQlText? schema)
    {
        var catalog = document is null ? ToolCatalog.Generic(url) : OpenApiImporter.Import(document.Text, url, document.Where);
        return graphQl is null ? catalog
            : schema?.Text is { } text ? GraphQlImporter.Import(text, graphQl, catalog, $"the GraphQL schema of {schema.Where}")
            : GraphQlImporter.Import(null, graphQl, catalog);
    }

    /// <summary>The same from a run's plan.</summary>
    public static ToolCatalog Import(Scenarios.Planning.RunPlan plan)
    {
        var target = plan.Scenario.Target;
        return Import(
            target.Url,
            plan.OpenApiDocument is { } document ? new OpenApiText(document, "the OpenAPI document") : null,
            target.GraphQl,
            plan.GraphQlSchema is { } schema ? new GraphQlText(schema, target.GraphQl!, null) : null);
    }
}
