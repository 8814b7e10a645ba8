using System.Collections.Immutable;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>A goal for the scenario.</summary>
/// <param name="Name">Its name there: <c>borrow-a-book</c>.</param>
/// <param name="Text">The goal.</param>
internal sealed record SuggestedGoal(string Name, string Text)
{
    /// <summary>What proves it, as <c>--success</c> takes it; null: derived from the goal and the API.</summary>
    public string? Success { get; init; }

    /// <summary>What proves it where an expression cannot say so: conditions as items of <c>success</c>, in YAML's flow style. Empty: see <see cref="Success"/>.</summary>
    public ImmutableArray<string> Conditions { get; init; } = [];

    /// <summary>What the derived oracle asks for, in words; null where it is declared.</summary>
    public string? Proof { get; init; }

    /// <summary>Whether it uses the columns of <c>users.csv</c>.</summary>
    public bool UsesUsers => Text.Contains("{{user.", StringComparison.Ordinal);
}
