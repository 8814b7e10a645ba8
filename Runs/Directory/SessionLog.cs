using System.Runtime.CompilerServices;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Directory;

/// <summary>
/// Reads <c>sessions.jsonl</c>, while it is written too, at constant memory. Lines that are no record, as a last one cut off by a kill,
/// and lines above 16 MB are left out.
/// </summary>
public static class SessionLog
{
    /// <summary>Most bytes of a record.</summary>
    internal const int MostLineBytes = JsonLines.MostBytes;

    /// <summary>The kept sessions in the order in which they were written, of one outcome or all.</summary>
    public static async IAsyncEnumerable<SessionRecord> ReadAsync(RunDirectory directory, SessionOutcome? outcome,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var record in JsonLines.ReadAsync(directory.SessionsFile, RunsJson.Line.SessionRecord, cancellationToken))
        {
            if (outcome is null || record.Outcome == outcome)
            {
                yield return record;
            }
        }
    }
}
