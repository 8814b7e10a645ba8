namespace ApeTest.Runs.Queue.Postgres;

/// <summary>Times and bounds of a <see cref="PostgresRunQueue"/>; tests shorten them.</summary>
internal sealed record QueueTimes
{
    /// <summary>How long a lease lasts without a heartbeat, on the database's clock. With the next second's sweep a death is noticed within 15 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>Nobody reached the database for so long: it was away, and the time does not count against leases.</summary>
    public TimeSpan Outage { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>How often is looked without a notification.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long opening waits for a server that does not answer yet.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often batches are folded, at most.</summary>
    public TimeSpan FoldInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Bytes as they are kept after which batches are folded though <see cref="FoldInterval"/> is not over.</summary>
    public long FoldBytes { get; init; } = 64 << 20;

    /// <summary>Bytes as they are kept that a watcher reads at a time; one row at least.</summary>
    public long PageBytes { get; init; } = 2 << 20;

    /// <summary>A watcher that has not told how far it is for so long is no longer waited for.</summary>
    public TimeSpan WatcherGone { get; init; } = TimeSpan.FromMinutes(15);
}
