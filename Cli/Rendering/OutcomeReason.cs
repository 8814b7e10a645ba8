using System.Text.Json;
using ApeTest.Runs.Records;

namespace ApeTest.Cli.Rendering;

/// <summary>Why sessions of one outcome ended so.</summary>
/// <param name="Outcome">Outcome in snake case.</param>
/// <param name="Count">How many kept sessions.</param>
/// <param name="Example">The reason of the first of them.</param>
internal sealed record OutcomeReason(string Outcome, long Count, string Example)
{
    // Reasons begin with a bounded word; more kinds than this mean that the file is not ours.
    private const int MostKinds = 1000;

    /// <summary>Reasons of the sessions that did not succeed, by outcome and first word, most frequent first. Constant memory.</summary>
    public static async Task<IReadOnlyList<OutcomeReason>> OfAsync(IAsyncEnumerable<SessionRecord> sessions)
    {
        var found = new Dictionary<(SessionOutcome Outcome, string Kind), OutcomeReason>();
        await foreach (var session in sessions)
        {
            var key = (session.Outcome, session.Reason.Split(':')[0]);
            if (session.Outcome is SessionOutcome.Succeeded || (found.Count >= MostKinds && !found.ContainsKey(key)))
            {
                continue;
            }
            found[key] = found.TryGetValue(key, out var before)
                ? before with { Count = before.Count + 1 }
                : new OutcomeReason(JsonNamingPolicy.SnakeCaseLower.ConvertName(session.Outcome.ToString()), 1, session.Reason);
        }
        return [.. found.Values.OrderByDescending(reason => reason.Count).ThenBy(reason => reason.Example, StringComparer.Ordinal)];
    }
}
