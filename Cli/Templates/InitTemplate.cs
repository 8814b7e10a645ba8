using ApeTest.Cli.Commands.Init.Survey;

namespace ApeTest.Cli.Templates;

/// <summary>A kind of application that <c>init</c> knows to begin with.</summary>
/// <param name="Name">Name on the command line, and of the file.</param>
/// <param name="Summary">What it is for.</param>
/// <param name="Sample">The sample target that it runs on as it is.</param>
internal sealed record InitTemplate(string Name, string Summary, string Sample)
{
    /// <summary>What a target of this kind speaks: with --target, what is looked for there.</summary>
    public required TargetKind Kind { get; init; }

    /// <summary><c>target.openapi</c>; null for none.</summary>
    public string? OpenApi { get; init; }

    /// <summary><c>target.graphql</c>; null for none.</summary>
    public string? GraphQl { get; init; }

    /// <summary>Whether its sessions are journeys, which take no goals.</summary>
    public bool IsJourney { get; init; }

    /// <summary>Whether its sessions log in with rows of <c>users.csv</c>.</summary>
    public bool HasUsers { get; init; } = true;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<InitTemplate> All { get; } =
    [
        new("rest", "a REST API: agents with a goal, tools from OpenAPI", "shop") { Kind = TargetKind.Rest, OpenApi = Shop.ShopExtensions.OpenApiPath },
        new("graphql", "a GraphQL API: agents with a goal, tools from its schema", "board") { Kind = TargetKind.GraphQl, GraphQl = Mini.Board.BoardExtensions.GraphQlPath },
        new("web", "a web application of pages and forms: agents that browse", "florist") { Kind = TargetKind.Web },
        new("mcp", "an MCP server: a journey of calls in one MCP session", "mcp") { Kind = TargetKind.Plain, IsJourney = true },
        new("llm", "a service with OpenAI's API: a journey of chat turns", "llm") { Kind = TargetKind.Plain, IsJourney = true, HasUsers = false },
    ];
}
