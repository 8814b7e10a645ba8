using System.Runtime.CompilerServices;
using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Directory;

/// <summary>Reads <c>sessions.jsonl</c>, while it is written too. Lines that are no record, as a last one cut off by a kill, are left out.</summary>
public static class SessionLog
{
    /// <summary>The kept sessions in the order in which they were written, of one outcome or all.</summary>
    public static async IAsyncEnumerable<SessionRecord> ReadAsync(RunDirectory directory, SessionOutcome? outcome,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in JsonLines.ReadAsync(directory.SessionsFile, cancellationToken))
        {
            if (Parse(line) is { } record && (outcome is null || record.Outcome == outcome))
            {
                yield return record;
            }
        }
    }

    private static SessionRecord? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, RunsJson.Line.SessionRecord);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
