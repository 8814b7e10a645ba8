using System.Runtime.CompilerServices;
using System.Text.Json;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Directory;

/// <summary>
/// Reads <c>sessions.jsonl</c>, while it is written too, at constant memory. Lines that are no record, as a last one cut off by a kill,
/// and lines above 16 MB are left out.
/// </summary>
public static class SessionLog
{
    /// <summary>Most bytes of a record: far above 200 actions with their arguments.</summary>
    internal const int MostLineBytes = 16 << 20;

    /// <summary>The kept sessions in the order in which they were written, of one outcome or all.</summary>
    public static async IAsyncEnumerable<SessionRecord> ReadAsync(RunDirectory directory, SessionOutcome? outcome,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var lines = LineReader.Open(directory.SessionsFile, MostLineBytes);
        if (lines is null)
        {
            yield break;
        }
        do
        {
            while (lines.TryRead(out var line))
            {
                if (Parse(line, outcome) is { } record)
                {
                    yield return record;
                }
            }
        }
        while (await lines.FillAsync(cancellationToken));
        if (lines.TryReadRest(out var last) && Parse(last, outcome) is { } whole)
        {
            yield return whole;
        }
    }

    private static SessionRecord? Parse(ReadOnlySpan<byte> line, SessionOutcome? outcome)
    {
        try
        {
            return JsonSerializer.Deserialize(line, RunsJson.Line.SessionRecord) is { } record && (outcome is null || record.Outcome == outcome)
                ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
