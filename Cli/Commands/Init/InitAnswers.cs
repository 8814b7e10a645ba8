using System.Collections.Immutable;
using ApeTest.Cli.Commands.Init.Survey;

namespace ApeTest.Cli.Commands.Init;

/// <summary>All that the files say: from flags, from answers, or by default.</summary>
internal sealed record InitAnswers
{
    /// <summary>Name of the scenario.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the sample target; null where <see cref="Url"/> says what is tested.</summary>
    public string? Sample { get; init; }

    /// <summary>Where the gateway file and the comments say that it is.</summary>
    public required Uri Url { get; init; }

    /// <summary>Name of the template that the scenario is; null: made of the goals.</summary>
    public string? Template { get; init; }

    /// <summary><c>target.openapi</c>; null for none.</summary>
    public string? OpenApi { get; init; }

    /// <summary><c>target.graphql</c>; null for none.</summary>
    public string? GraphQl { get; init; }

    /// <summary>Header with a credential: its name, and its value with <c>${VAR}</c>; null for none.</summary>
    public (string Name, string Value)? Header { get; init; }

    /// <summary>The goals.</summary>
    public ImmutableArray<SuggestedGoal> Goals { get; init; } = [];

    /// <summary>Columns of <c>users.csv</c>; empty: there is none.</summary>
    public ImmutableArray<LoginField> Columns { get; init; } = [];

    /// <summary>Rows of <c>users.csv</c>.</summary>
    public ImmutableArray<ImmutableArray<string>> Users { get; init; } = [];

    /// <summary>Whether the users are made up, so that a person has to put in real ones.</summary>
    public bool UsersAreMadeUp { get; init; }

    /// <summary>Whether the users are not the document's own examples: their file is kept out of git.</summary>
    public bool UsersArePrivate { get; init; }

    /// <summary>The directory as seen from the root of its git repository, with '/'; <c>.</c> for the root, and outside of one.</summary>
    public string Below { get; init; } = ".";

    /// <summary>Simulated users at a time.</summary>
    public int Agents { get; init; } = 5;

    /// <summary>Duration as it is written.</summary>
    public string Duration { get; init; } = "30s";

    /// <summary><c>provider/model</c>.</summary>
    public string Model { get; init; } = FoundModel.Planner.Id;
}
