namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>What a target speaks, as far as it can be told from outside.</summary>
internal enum TargetKind
{
    /// <summary>It has an OpenAPI document.</summary>
    Rest,

    /// <summary>It has a GraphQL endpoint and no OpenAPI document.</summary>
    GraphQl,

    /// <summary>It answers pages.</summary>
    Web,

    /// <summary>Nothing of these.</summary>
    Plain,
}
