using System.Globalization;
using System.Text;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Model;

namespace ApeTest.Observability.Reports.Replays;

/// <summary>
/// The requests of a session as a script of curl commands, in their order and with their own cookies. It holds no secret: what is one is a variable that the reader sets. Of a goal
/// the requests are as they were sent, of a journey as its scenario says, with the values that the session had. It is always a whole script: requests for which there is no room are
/// left out whole, and its last line says how many.
/// </summary>
public static class CurlScript
{
    /// <summary>Most characters of a script.</summary>
    public const int MostText = 20_000;

    private const int MostCalls = 64;
    // For the line that says what was left out.
    private const int Room = 200;
    private const int MostCounted = 1 << 20;

    /// <summary>The script; empty where nothing of the session can be sent again.</summary>
    /// <param name="session">The session.</param>
    /// <param name="scenario">The scenario, for journeys and for the target's headers; null for unknown.</param>
    public static string Of(SessionRecord session, Scenario? scenario)
    {
        var requests = Requests(session, scenario).ToList();
        if (requests.Count == 0)
        {
            return string.Empty;
        }
        var token = session.Actions.FirstOrDefault(static action => action.Extracted.ContainsKey("token"));
        var taken = 0;
        for (var (shell, length) = (new ShellText(), 0); taken < requests.Count; taken++)
        {
            length += Command(requests[taken], shell).Length;
            if (length + Head(session, shell, token).Length > MostText - Room)
            {
                break;
            }
        }
        var (names, script) = (new ShellText(), new StringBuilder());
        foreach (var request in requests.Take(taken))
        {
            script.Append(Command(request, names));
        }
        return Head(session, names, token) + script + LeftOut(requests, taken);
    }

    private static IEnumerable<(ActionRecord Action, CurlRequest Request)> Requests(SessionRecord session, Scenario? scenario)
    {
        var steps = scenario is null ? null : JourneySteps.Of(scenario, session.Goal);
        var known = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var action in session.Actions.Take(MostCalls))
        {
            var request = action.Request is { } kept ? CurlRequest.Of(kept) : steps?.Request(action, known) ?? JourneySteps.Bare(action, scenario);
            if (request is not null)
            {
                yield return (action, request.To(scenario?.Target));
            }
            foreach (var (name, value) in action.Extracted)
            {
                known[name] = value;
            }
        }
    }

    private static string Command((ActionRecord Action, CurlRequest Request) call, ShellText shell) =>
        string.Create(CultureInfo.InvariantCulture, $"\n# {call.Action.N} {OneLine(call.Action.Tool)}: {Answer(call.Action)}\n{call.Request.Command(shell)}\n");

    private static string LeftOut(List<(ActionRecord Action, CurlRequest Request)> requests, int taken)
    {
        if (taken == requests.Count)
        {
            return string.Empty;
        }
        var (shell, bytes) = (new ShellText(), 0L);
        foreach (var request in requests.Skip(taken))
        {
            bytes += Encoding.UTF8.GetByteCount(Command(request, shell));
            if (bytes > MostCounted)
            {
                break;
            }
        }
        var count = requests.Count - taken;
        return string.Create(CultureInfo.InvariantCulture, $"\n# Left out: {count} more {(count == 1 ? "request" : "requests")}, {(bytes > MostCounted ? "over " : "")}{Math.Min(bytes, MostCounted):#,0} bytes. The session is in sessions.jsonl.\n");
    }

    private static string Head(SessionRecord session, ShellText shell, ActionRecord? token)
    {
        var head = new StringBuilder().Append(CultureInfo.InvariantCulture, $"# Session {OneLine(session.Session)}, trace {OneLine(session.TraceId)}: what it sent, in order.\n");
        if (session.Actions[0].N is > 1 and var first)
        {
            head.Append(CultureInfo.InvariantCulture, $"# Calls before {first} were not kept.\n");
        }
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
