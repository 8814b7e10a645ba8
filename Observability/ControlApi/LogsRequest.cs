using ApeTest.Runs.Logs;
using ApeTest.Scenarios;

namespace ApeTest.Observability.ControlApi;

/// <summary>Query parameters of <c>.../logs</c>; see <see cref="LogQuery"/>.</summary>
/// <param name="Grep">Text or trace id.</param>
/// <param name="Regex">Regular expression.</param>
/// <param name="Agent">Agent.</param>
/// <param name="Session">Session.</param>
/// <param name="Service">Service.</param>
/// <param name="Event">Event name.</param>
/// <param name="Level">Least severe level.</param>
/// <param name="Since">Earliest time.</param>
/// <param name="Until">Latest time.</param>
/// <param name="Tail">Only so many lines, the last ones.</param>
/// <param name="Follow">Whether to go on with new lines until the run has ended.</param>
internal sealed record LogsRequest(string? Grep, string? Regex, string? Agent, string? Session, string? Service, string? Event, string? Level,
    DateTimeOffset? Since, DateTimeOffset? Until, int? Tail, bool? Follow)
{
    /// <summary>The query. An unknown level, a malformed pattern or a count out of range throws <see cref="ApeTestException"/>.</summary>
    public LogQuery ToQuery()
    {
        if (Level is not null && !LogQuery.Levels.Contains(Level))
        {
            throw new ApeTestException($"level: {Level} is no level.", $"Use one of {string.Join(", ", LogQuery.Levels)}.", ExitCodes.Input);
        }
        if (Tail is < 1 or > LogQuery.MostTail)
        {
            throw new ApeTestException($"tail: must be from 1 to {LogQuery.MostTail} (got {Tail}).", null, ExitCodes.Input);
        }
        return new LogQuery
        {
            Grep = Grep,
            Pattern = Regex is null ? null : LogPattern.Parse(Regex),
            Agent = Agent,
            Session = Session,
            Service = Service,
            Event = Event,
            Level = Level,
            Since = Since,
            Until = Until,
            Tail = Tail,
        };
    }
}
