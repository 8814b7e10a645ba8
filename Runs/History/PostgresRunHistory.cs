using ApeTest.Runs.Summaries;
using Npgsql;

namespace ApeTest.Runs.History;

/// <summary>The run history in PostgreSQL.</summary>
public sealed class PostgresRunHistory
{
    private readonly NpgsqlDataSource _database;

    internal PostgresRunHistory(NpgsqlDataSource database) => _database = database;

    /// <summary>Keeps the final summary of a run. Repeating it replaces what was kept.</summary>
    public Task SaveAsync(RunSummary summary, string resolvedScenario, CancellationToken cancellationToken) => throw new NotSupportedException(_database.ToString());

    /// <summary>Runs, newest first.</summary>
    public Task<IReadOnlyList<RunHistoryEntry>> ListAsync(int most, CancellationToken cancellationToken) => throw new NotSupportedException(_database.ToString());

    /// <summary>A run, or null where none has this id.</summary>
    public Task<RunHistoryEntry?> FindAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException(_database.ToString());

    /// <summary>The final summary of a run; null where none is kept.</summary>
    public Task<RunSummary?> SummaryAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException(_database.ToString());

    /// <summary>Runs of which no final summary is kept, oldest first: a collector that starts takes them up.</summary>
    public Task<IReadOnlyList<string>> UnfinishedAsync(CancellationToken cancellationToken) => throw new NotSupportedException(_database.ToString());

    /// <summary>Forgets a run that has a summary, its rows in the queue included; false where there is none.</summary>
    public Task<bool> DeleteAsync(string run, CancellationToken cancellationToken) => throw new NotSupportedException(_database.ToString());
}
