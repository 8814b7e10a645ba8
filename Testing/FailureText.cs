using System.Text;
using ApeTest.Runs.Records;
using ApeTest.Runs.Rendering;
using ApeTest.Runs.Summaries;

namespace ApeTest.Testing;

/// <summary>Why a run failed, as text for the log of a test runner: the verdict first, then what to look at.</summary>
internal static class FailureText
{
    private const int MostErrors = 5;
    private const int MostSessions = 5;
    private const int MostText = 200;

    public static string Of(ApeTestResult result)
    {
        var summary = result.Summary;
        var text = new StringBuilder();
        text.Append(Headline(result)).Append('\n');
        Thresholds(text, summary);
        var sessions = summary.Sessions;
        text.Append($"\nSessions: {Show.Count(sessions.Started)} started, {Show.Count(sessions.Succeeded)} succeeded, {Show.Count(sessions.Failed)} failed, {Show.Count(sessions.Stuck)} stuck, "
            + $"{Show.Count(sessions.AgentError)} agent_error, {Show.Count(sessions.Aborted)} aborted\n");
        Errors(text, summary);
        Bad(text, result);
        text.Append($"\nRun:      {result.Directory}\nReport:   {result.ReportCommand}\n");
        return text.ToString();
    }

    private static string Headline(ApeTestResult result)
    {
        var summary = result.Summary;
        var why = RunVerdict.Failure(summary) is { } failure ? Line(failure)
            : result.TeardownFailure is { } teardown ? $"left something behind: {Line(teardown)}"
            : "did not come to its end";
        return $"ApeTest run {summary.Run.Id} of {Line(summary.Run.Scenario)} {why}.";
    }

    private static void Thresholds(StringBuilder text, RunSummary summary)
    {
        text.Append("\nThresholds:\n");
        foreach (var threshold in summary.Thresholds.OrderBy(static threshold => threshold.Ok))
        {
            text.Append($"  {(threshold.Ok ? "held  " : "BROKEN")}  {threshold.Name} {threshold.Expr}: {ThresholdText.Value(threshold)} {ThresholdText.Evidence(threshold, summary)}".TrimEnd()).Append('\n');
        }
    }

    private static void Errors(StringBuilder text, RunSummary summary)
    {
        if (summary.Errors.IsEmpty)
        {
            return;
        }
        text.Append("\nErrors:\n");
        foreach (var error in summary.Errors.Take(MostErrors))
        {
            text.Append($"  {Show.Count(error.Count)} x {error.Type} at the {error.Where}");
            if (error.Operations is [var place, ..])
            {
                text.Append($": {Line(place.Operation)}{(place.Detail is { } detail ? $", {Line(detail)}" : string.Empty)}");
            }
            text.Append(error.Traces is [var trace, ..] ? $" (trace {trace})\n" : "\n");
        }
        if (summary.Errors.Length > MostErrors)
        {
            text.Append($"  and {summary.Errors.Length - MostErrors} more kinds\n");
        }
    }

    private static void Bad(StringBuilder text, ApeTestResult result)
    {
        var bad = result.Sessions.Where(static session => session.Outcome is not SessionOutcome.Succeeded).Take(MostSessions).ToList();
        var sessions = result.Summary.Sessions;
        // Of all, whether they were kept or not.
        var more = sessions.Failed + sessions.Stuck + sessions.AgentError + sessions.Aborted - bad.Count;
        if (bad.Count == 0 && more <= 0)
        {
            return;
        }
        text.Append("\nSessions that did not succeed:\n");
        foreach (var session in bad)
        {
            text.Append($"  {session.Session} {Name(session.Outcome)} {Line(session.Goal)}: {Line(session.Reason)} (trace {session.TraceId})\n");
        }
        if (more > 0)
        {
            text.Append($"  and {Show.Count(more)} more\n");
        }
    }

    private static string Name(SessionOutcome outcome) => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString());

    // What a target or a model said is data: one line of it, without what a terminal obeys.
    private static string Line(string text) => Show.Cut(Show.Safe(text), MostText);
}
