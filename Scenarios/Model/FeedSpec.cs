using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model;

/// <summary>A data feed, read once when the scenario is loaded. Which row a session takes: <see cref="Data.FeedCursor"/>.</summary>
public sealed record FeedSpec
{
    /// <summary>CSV file it was read from, with a header row; null for another source.</summary>
    public string? Csv { get; init; }

    /// <summary>JSON file it was read from, an array of objects; null for another source.</summary>
    public string? Json { get; init; }

    /// <summary>File of JSON lines it was read from, an object a line; null for another source.</summary>
    public string? Jsonl { get; init; }

    /// <summary>The file it was read from, whatever its format; null where it stands in the scenario itself.</summary>
    public string? File => Csv ?? Json ?? Jsonl;

    /// <summary>Whether it is generated: its one row holds the templates of its columns, which are rendered for each session. Default false.</summary>
    public bool Generated { get; init; }

    /// <summary>Which row a session takes. Default sequential.</summary>
    public FeedOrder Order { get; init; } = FeedOrder.Sequential;

    /// <summary>What happens when the rows are used up. Default recycle; of a unique feed stop.</summary>
    public FeedEnd OnEnd { get; init; } = FeedEnd.Recycle;

    /// <summary>Column names; of nested JSON dotted paths.</summary>
    public required ImmutableArray<string> Columns { get; init; }

    /// <summary>Rows, each as long as <see cref="Columns"/>.</summary>
    public required ImmutableArray<ImmutableArray<string>> Rows { get; init; }
}

/// <summary>Which row of a feed a session takes.</summary>
public enum FeedOrder
{
    /// <summary>One after the other over all sessions of the run.</summary>
    Sequential,

    /// <summary>Any, by the session's random stream.</summary>
    Random,

    /// <summary>An agent keeps a row of its own for all its sessions.</summary>
    Unique,
}

/// <summary>What happens when the rows of a feed are used up.</summary>
public enum FeedEnd
{
    /// <summary>They are taken again from the first on.</summary>
    Recycle,

    /// <summary>No further session starts.</summary>
    Stop,
}
