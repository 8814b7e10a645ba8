using System.Collections.Immutable;

namespace ApeTest.Scenarios.Data;

/// <summary>Rows that were read from a file, and what is wrong in it. Every row is as long as the columns.</summary>
internal sealed record FeedTable(ImmutableArray<string> Columns, ImmutableArray<ImmutableArray<string>> Rows, ImmutableArray<FeedError> Errors)
{
    /// <summary>Largest file, in bytes.</summary>
    public const int MaxBytes = 64 * 1024 * 1024;

    /// <summary>Most rows: each costs several times its bytes in memory.</summary>
    public const int MaxRows = 1_000_000;

    /// <summary>Most columns.</summary>
    public const int MaxColumns = 1000;

    /// <summary>Reading ends after so many errors: more would tell nothing new.</summary>
    public const int MaxErrors = 10;

    /// <summary>What is said of the row after the last that is allowed.</summary>
    public static string TooManyRows { get; } = $"has more than {MaxRows} rows: keep only those that the run needs";
}

/// <summary>What is wrong in a line (from 1).</summary>
internal readonly record struct FeedError(int Line, string Message);
