namespace ApeTest.Cli.Progress;

/// <summary>What the live view shows at one moment.</summary>
/// <param name="Snapshot">The run.</param>
/// <param name="History">What was seen of it before.</param>
internal sealed record LiveMoment(RunSnapshot Snapshot, LiveHistory History)
{
    /// <summary>What the keys do, in one line.</summary>
    public required string Hint { get; init; }

    /// <summary>What a key just did, in words; null for nothing.</summary>
    public string? Note { get; init; }

    /// <summary>The end of the log, oldest first; null: the log is not shown.</summary>
    public IReadOnlyList<string>? Log { get; init; }

    /// <summary>The keys, explained; null: they are not.</summary>
    public IReadOnlyList<string>? Help { get; init; }
}
