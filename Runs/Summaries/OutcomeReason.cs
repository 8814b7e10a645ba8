using ApeTest.Runs.Records;

namespace ApeTest.Runs.Summaries;

/// <summary>Why sessions of one outcome ended so.</summary>
/// <param name="Outcome">Outcome in snake case.</param>
/// <param name="Count">How many kept sessions.</param>
/// <param name="Example">The reason of the first of them.</param>
public sealed record OutcomeReason(string Outcome, long Count, string Example)
{
    /// <summary>Whether others of them have a reason of the same kind in other words: of another step, say.</summary>
    public bool Varies { get; init; }

    /// <summary>The reason of all: <c>http_503: login: status 503</c>, or where it <see cref="Varies"/> <c>http_503, for example login: status 503</c>.</summary>
    public string Text => Varies && OutcomeReasons.KindOf(Example) is { } kind && kind.Length < Example.Length ? $"{kind}, for example{Example[(kind.Length + 1)..]}" : Example;

    /// <summary>Reasons of the sessions that did not succeed, by outcome and first word, most frequent first. Constant memory.</summary>
    public static async Task<IReadOnlyList<OutcomeReason>> OfAsync(IAsyncEnumerable<SessionRecord> sessions)
    {
        var reasons = new OutcomeReasons();
        await foreach (var session in sessions)
        {
            reasons.Add(session);
        }
        return reasons.All;
    }
}

/// <summary>Counts sessions that did not succeed by outcome and the first word of their reason. Constant memory.</summary>
public sealed class OutcomeReasons
{
    // Reasons begin with a bounded word; more kinds than this mean that the file is not ours.
    private const int MostKinds = 1000;

    private readonly Dictionary<(SessionOutcome Outcome, string Kind), OutcomeReason> _found = [];

    /// <summary>Reasons, most frequent first.</summary>
    public IReadOnlyList<OutcomeReason> All =>
        [.. _found.Values.OrderByDescending(static reason => reason.Count).ThenBy(static reason => reason.Example, StringComparer.Ordinal)];

    /// <summary>The bounded word that a reason begins with.</summary>
    public static string KindOf(string reason)
    {
        var colon = reason.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? reason : reason[..colon];
    }

    /// <summary>Counts a session; one that succeeded is passed over.</summary>
    public void Add(SessionRecord session)
    {
        var key = (session.Outcome, KindOf(session.Reason));
        if (session.Outcome is SessionOutcome.Succeeded || (_found.Count >= MostKinds && !_found.ContainsKey(key)))
        {
            return;
        }
        _found[key] = _found.TryGetValue(key, out var before)
            ? before with { Count = before.Count + 1, Varies = before.Varies || before.Example != session.Reason }
            : new OutcomeReason(session.Outcome.Name(), 1, session.Reason);
    }
}
