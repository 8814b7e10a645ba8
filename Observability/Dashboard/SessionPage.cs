using System.Collections.Immutable;
using ApeTest.Observability.Reports;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Records;

namespace ApeTest.Observability.Dashboard;

/// <summary>One page of the kept sessions that were asked for. The log is read through for each: nothing of it stays in memory but the page.</summary>
/// <param name="Sessions">The sessions, without their calls.</param>
/// <param name="Matching">How many there are in all.</param>
/// <param name="Number">Page, from 1.</param>
/// <param name="Outcome">Outcome that was asked for; null: any.</param>
/// <param name="Text">Text that was asked for; empty: any.</param>
public sealed record SessionPage(ImmutableArray<SessionRecord> Sessions, long Matching, int Number, SessionOutcome? Outcome, string Text)
{
    /// <summary>Sessions on a page.</summary>
    public const int Size = 50;

    private const int MostText = 200;

    /// <summary>How many pages there are, at least 1.</summary>
    public int Pages => (int)Math.Max(1, (Matching + Size - 1) / Size);

    /// <summary>Reads one page.</summary>
    public static async Task<SessionPage> ReadAsync(RunDirectory directory, string? outcome, string? text, int number, CancellationToken cancellationToken)
    {
        SessionOutcome? wanted = Enum.GetValues<SessionOutcome>().Where(each => each.Name() == outcome).Select(static each => (SessionOutcome?)each).FirstOrDefault();
        var find = (text ?? string.Empty).Trim();
        find = find.Length > MostText ? find[..MostText] : find;
        var page = Math.Max(1, number);
        var found = ImmutableArray.CreateBuilder<SessionRecord>();
        var matching = 0L;
        await foreach (var session in SessionLog.ReadAsync(directory, wanted, cancellationToken))
        {
            if (!Matches(session, find))
            {
                continue;
            }
            if (matching++ / Size == page - 1)
            {
                found.Add(session with { Actions = [], Evidence = [] });
            }
        }
        return new SessionPage(found.ToImmutable(), matching, page, wanted, find);
    }

    /// <summary>Address of a page with the same filter.</summary>
    public string Link(string run, int number) => $"{DashboardKeys.Path}/runs/{run}/sessions"
        + QueryString.Create(new Dictionary<string, string?> { ["outcome"] = Outcome?.Name() ?? string.Empty, ["q"] = Text, ["page"] = $"{number}" }).ToUriComponent();

    private static bool Matches(SessionRecord session, string text) => text.Length == 0
        || session.Session.Contains(text, StringComparison.OrdinalIgnoreCase) || session.Goal.Contains(text, StringComparison.OrdinalIgnoreCase)
        || session.Reason.Contains(text, StringComparison.OrdinalIgnoreCase) || session.TraceId.Contains(text, StringComparison.OrdinalIgnoreCase)
        || session.Actions.Any(action => action.Tool.Contains(text, StringComparison.OrdinalIgnoreCase) || action.Error?.Contains(text, StringComparison.OrdinalIgnoreCase) is true);
}
