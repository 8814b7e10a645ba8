using System.Globalization;
using System.Text;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;

namespace ApeTest.Observability.Reports.Replays;

/// <summary>
/// The requests of a session as a script of curl commands, in their order and with their own cookies. It holds no secret: what is one is a variable that the reader sets. Of a goal
/// the requests are as they were sent, of a journey as its scenario says, with the values that the session had.
/// </summary>
public static class CurlScript
{
    private const int MostCalls = 64;

    /// <summary>The script; empty where nothing of the session can be sent again.</summary>
    /// <param name="session">The session.</param>
    /// <param name="scenario">The scenario, for journeys; null for unknown.</param>
    public static string Of(SessionRecord session, Scenario? scenario)
    {
        var (shell, commands) = (new ShellText(), new StringBuilder());
        var steps = scenario is null ? null : JourneySteps.Of(scenario, session.Goal);
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        var (sent, token) = (0, (ActionRecord?)null);
        foreach (var action in session.Actions.Take(MostCalls))
        {
            var request = action.Request is { } kept ? CurlRequest.Of(kept) : steps?.Request(action, known) ?? JourneySteps.Bare(action, scenario);
            if (request is not null)
            {
                commands.Append(CultureInfo.InvariantCulture, $"\n# {action.N} {OneLine(action.Tool)}: {Answer(action)}\n").Append(request.Command(shell)).Append('\n');
                sent++;
            }
            foreach (var (name, value) in action.Extracted)
            {
                known[name] = value;
                token ??= name == "token" ? action : null;
            }
        }
        return sent == 0 ? string.Empty : Head(session, shell, token) + commands;
    }

    private static string Head(SessionRecord session, ShellText shell, ActionRecord? token)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# Session {session.Session}, trace {session.TraceId}: what it sent, in order.\n");
        if (shell.Variables.Count > 0)
        {
            head.Append("# Set these first; they are secret, or were another value in each session:\n");
            foreach (var (name, placeholder) in shell.Variables)
            {
                var from = name == "TOKEN" && token is not null ? $"from the answer to call {token.N}, {OneLine(token.Tool)}" : OneLine(placeholder);
                head.Append(CultureInfo.InvariantCulture, $"#   {name}='...'   # {from}\n");
            }
        }
        return head.Append("jar=$(mktemp)\n").ToString();
    }

    private static string Answer(ActionRecord action) => action.Status is { } status
        ? action.Error is { } error ? FormattableString.Invariant($"{status}, {OneLine(error)}") : status.ToString(CultureInfo.InvariantCulture)
        : OneLine(action.Error ?? "no answer");

    // A line break would end the comment and begin a command.
    private static string OneLine(string text) => VisibleText.Of(text, 200).Replace('\n', ' ').Replace('\t', ' ');
}
