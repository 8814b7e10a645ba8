using System.Globalization;
using System.Text;
using System.Xml;
using ApeTest.Runs.Records;
using ApeTest.Runs.Rendering;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;

namespace ApeTest.Observability.Reports.Exports;

/// <summary>
/// A run as JUnit XML, in the form that Jenkins' xunit plug-in publishes a schema for (junit-10.xsd) and GitLab reads: a suite of the run, one of the thresholds and one of the goals and
/// journeys. The case <c>run</c> fails where the run did not come to its end, judged nothing, or cannot be read. A threshold fails as it failed the run; one without a value fails as <c>inconclusive</c>. A goal fails where the run's <c>session_success</c> failed and the goal did no
/// better than the run, and where none of its sessions succeeded. What failed tells its evidence and trace ids.
/// </summary>
public static class JUnitExport
{
    private const int MostExamples = 5;
    private const int MostText = 4000;

    /// <summary>Writes the document.</summary>
    public static void Write(RunReport report, TextWriter output)
    {
        var cases = new[] { ("run", new List<TestCase> { Run(report) }), ("thresholds", Thresholds(report).ToList()), ("goals", Goals(report).ToList()) };
        var settings = new XmlWriterSettings { Indent = true, NewLineChars = "\n", Encoding = new UTF8Encoding(false), OmitXmlDeclaration = true };
        output.Write("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        using (var xml = XmlWriter.Create(output, settings))
        {
            var run = report.Summary.Run;
            xml.WriteStartElement("testsuites");
            xml.WriteAttributeString("name", $"{Clean(run.Scenario)} {run.Id}");
            Counts(xml, cases.SelectMany(static suite => suite.Item2).ToList(), run.DurationS);
            foreach (var (name, tests) in cases)
            {
                xml.WriteStartElement("testsuite");
                xml.WriteAttributeString("name", $"{Clean(run.Scenario)}.{name}");
                Counts(xml, tests, run.DurationS);
                xml.WriteAttributeString("skipped", "0");
                if (run.Started is { } started)
                {
                    xml.WriteAttributeString("timestamp", started.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture));
                }
                foreach (var test in tests)
                {
                    Write(xml, test, $"{Clean(run.Scenario)}.{name}");
                }
                xml.WriteEndElement();
            }
            xml.WriteEndElement();
        }
        output.Write('\n');
    }

    private static void Counts(XmlWriter xml, List<TestCase> tests, double seconds)
    {
        xml.WriteAttributeString("tests", tests.Count.ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("failures", tests.Count(static test => test.Failure is not null).ToString(CultureInfo.InvariantCulture));
        xml.WriteAttributeString("errors", "0");
        xml.WriteAttributeString("time", seconds.ToString("0.###", CultureInfo.InvariantCulture));
    }

    private static void Write(XmlWriter xml, TestCase test, string className)
    {
        xml.WriteStartElement("testcase");
        xml.WriteAttributeString("name", Clean(test.Name));
        xml.WriteAttributeString("classname", className);
        xml.WriteAttributeString("time", "0");
        if (test.Failure is not null)
        {
            xml.WriteStartElement("failure");
            xml.WriteAttributeString("message", Clean(test.Failure));
            xml.WriteAttributeString("type", test.Type);
            xml.WriteString(Clean(test.Details));
            xml.WriteEndElement();
        }
        else
        {
            xml.WriteElementString("system-out", Clean(test.Details));
        }
        xml.WriteEndElement();
    }

    // What a threshold failed is told of by that.
    private static TestCase Run(RunReport report)
    {
        var run = report.Summary.Run;
        var was = $"{run.Status} after {Show.Seconds(run.DurationS)}, {Show.Count(report.Summary.Sessions.Judged)} sessions judged\n{string.Concat(report.Problems.Select(static problem => problem + "\n"))}";
        return report.Failure is { } failure && (report.IsDamaged || run.Reason is not null || RunVerdict.ExitCode(report.Summary, stopSignal: null) != ExitCodes.ThresholdFailed)
            ? new TestCase("run", $"the run {failure}", "run", was)
            : new TestCase("run", null, "", was);
    }

    private static IEnumerable<TestCase> Thresholds(RunReport report)
    {
        var summary = report.Summary;
        foreach (var threshold in summary.Thresholds)
        {
            var was = $"{threshold.Name} {threshold.Expr}: {ThresholdText.Value(threshold)} {ThresholdText.Evidence(threshold, summary)}".TrimEnd();
            yield return threshold.Ok
                ? new TestCase($"{threshold.Name} {threshold.Expr}", null, "", was)
                : new TestCase($"{threshold.Name} {threshold.Expr}", was, threshold.Inconclusive ? "inconclusive" : "threshold", Details(was, report, goal: null));
        }
    }

    private static IEnumerable<TestCase> Goals(RunReport report)
    {
        var sessions = report.Summary.Sessions;
        var failed = report.Summary.Thresholds.Any(static threshold => threshold is { Name: "session_success", Ok: false });
        foreach (var goal in sessions.ByGoal)
        {
            var was = $"{Show.Count(goal.Succeeded)} sessions of {goal.Goal} succeeded, {Show.Share(goal.SuccessRate)}";
            var isBad = goal.SuccessRate is null or 0 || (failed && goal.SuccessRate <= sessions.SuccessRate);
            yield return isBad
                ? new TestCase(goal.Goal, was, goal.SuccessRate is null ? "inconclusive" : "goal", Details(was, report, goal.Goal))
                : new TestCase(goal.Goal, null, "", was);
        }
    }

    private static string Details(string head, RunReport report, string? goal)
    {
        var details = new StringBuilder(head).Append('\n');
        foreach (var reason in goal is null ? report.Reasons.Take(MostExamples) : [])
        {
            details.Append(CultureInfo.InvariantCulture, $"{Show.Count(reason.Count)} x {reason.Outcome}: {reason.Text}\n");
        }
        foreach (var error in goal is null ? report.Summary.Errors.Take(MostExamples) : [])
        {
            details.Append(CultureInfo.InvariantCulture, $"{Show.Count(error.Count)} x error {error.Type} ({error.Where}){(error.Traces.IsEmpty ? "" : $", trace {error.Traces[0]}")}\n");
        }
        foreach (var session in report.Sessions.Failed.Where(session => goal is null || session.Goal == goal).Take(MostExamples))
        {
            details.Append(CultureInfo.InvariantCulture, $"session {session.Session}, trace {session.TraceId}: {session.Outcome.Name()}: {session.Reason}\n");
            foreach (var evidence in session.Evidence.Where(static evidence => !evidence.Ok).Take(3))
            {
                details.Append(CultureInfo.InvariantCulture, $"  not met: {evidence.Condition}: {evidence.Detail}\n");
            }
        }
        return details.ToString();
    }

    // Control characters, which XML 1.0 cannot hold, are spelled out by now. Half of a surrogate pair becomes U+FFFD, and the two that are no characters go.
    private static string Clean(string text) => string.Concat(VisibleText.Of(text, MostText).EnumerateRunes().Where(static rune => rune.Value is not (0xfffe or 0xffff)));

    private sealed record TestCase(string Name, string? Failure, string Type, string Details);
}
