using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model;

/// <summary>A data feed, read once when the scenario is loaded. Sequential: the row of a session is (slot + session x slots) mod rows.</summary>
public sealed record FeedSpec
{
    /// <summary>CSV file it was read from, with a header row; null for rows given inline.</summary>
    public string? Csv { get; init; }

    /// <summary>Column names.</summary>
    public required ImmutableArray<string> Columns { get; init; }

    /// <summary>Rows, each as long as <see cref="Columns"/>.</summary>
    public required ImmutableArray<ImmutableArray<string>> Rows { get; init; }
}
