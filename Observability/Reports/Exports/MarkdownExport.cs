using ApeTest.Runs.Records;
using ApeTest.Runs.Rendering;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.Reports.Exports;

/// <summary>A run as Markdown for a pull request: the verdict and the thresholds at once, the rest folded. At most some 20 KB; GitHub takes 65,536 characters.</summary>
public static class MarkdownExport
{
    private const int MostOperations = 25;
    private const int MostErrors = 10;
    private const int MostSessions = 10;

    /// <summary>Writes it.</summary>
    public static void Write(RunReport report, TextWriter output)
    {
        var summary = report.Summary;
        Head(report, output);
        Thresholds(summary, output);
        Figures(summary, output);
        Fold(output, "Operations", summary.Http.Length, () => Operations(summary, output));
        Fold(output, "Errors", summary.Errors.Length, () => Errors(summary, output));
        Fold(output, "Sessions that did not succeed", report.Sessions.Failed.Length, () => Sessions(report, output));
        Line(output, $"Run `{summary.Run.Id}`, seed {summary.Run.Seed}. Measured: {MarkdownText.Plain(summary.Measured)}");
    }

    private static void Head(RunReport report, TextWriter output)
    {
        var (summary, run) = (report.Summary, report.Summary.Run);
        var verdict = report.Failure ?? (summary.Thresholds.IsEmpty ? "passed: no thresholds" : "passed");
        Line(output, $"### {(report.Failure is null ? "✅" : "❌")} ApeTest: {MarkdownText.Plain(run.Scenario)} {MarkdownText.Plain(verdict)}\n");
        var facts = new List<string> { $"{MarkdownText.Plain(run.Status)} after {Show.Seconds(run.DurationS)}", run.Agents == 1 ? "1 agent" : $"{Show.Count(run.Agents)} agents" };
        facts.AddRange(report.Target is { } target ? [$"on {MarkdownText.Code(target)}"] : []);
        facts.AddRange(report.Model is { } model ? [MarkdownText.Code(model)] : []);
        Line(output, string.Join(", ", facts) + "\n");
        foreach (var warning in report.Problems.Concat(run.Reason is { } reason ? [$"Stopped: {reason}"] : []).Concat(run.Suspect.Select(static why => $"Suspect: {why}")).Concat(run.Edited.Select(static edit => $"Edited while it went on: {edit}")))
        {
            Line(output, $"> ⚠️ {MarkdownText.Plain(warning)}\n");
        }
    }

    private static void Thresholds(RunSummary summary, TextWriter output)
    {
        if (summary.Thresholds.IsEmpty)
        {
            return;
        }
        Line(output, "| | threshold | must be | was |\n|---|---|---|---:|");
        foreach (var threshold in summary.Thresholds)
        {
            Line(output, $"| {(threshold.Ok ? "✅" : "❌")} | {MarkdownText.Code(threshold.Name)} | {MarkdownText.Code(threshold.Expr)} | {ThresholdText.Value(threshold)} {MarkdownText.Plain(ThresholdText.Evidence(threshold, summary))} |");
        }
        Line(output, "");
    }

    private static void Figures(RunSummary summary, TextWriter output)
    {
        var sessions = summary.Sessions;
        Line(output, "| | mean | p50 | p95 | p99 |\n|---|---:|---:|---:|---:|");
        Row("session", sessions.Duration);
        Row("between actions, without think", summary.Mtba.Active);
        Row("action", summary.Actions.Duration);
        if (summary.Llm.Calls > 0)
        {
            Row("first token", summary.Ttft);
        }
        Line(output, $"\n{Show.Count(sessions.Judged)} sessions judged, **{Show.Share(sessions.SuccessRate)} succeeded**, agent errors {Show.Share(sessions.AgentErrorRate)}; {Show.Count(summary.Actions.Total)} actions, {Show.Count(summary.Actions.Errors)} with an error"
            + (summary.Llm.Calls > 0 ? $"; {Show.Count(summary.Tokens.Prompt + summary.Tokens.Completion)} tokens, {Show.Dollars(summary.CostUsd)}" : "") + ".\n");

        void Row(string name, Distribution times) =>
            Line(output, $"| {name} | {Show.Seconds(times.Mean)} | {Show.Seconds(times.P50)} | {Show.Seconds(times.P95)} | {Show.Seconds(times.P99)} |");
    }

    private static void Operations(RunSummary summary, TextWriter output)
    {
        Line(output, "| operation | count | errors | p50 | p95 | p99 |\n|---|---:|---:|---:|---:|---:|");
        foreach (var operation in summary.Http.Take(MostOperations))
        {
            Line(output, $"| {MarkdownText.Code(operation.Operation)} | {Show.Count(operation.Count)} | {Show.Count(operation.Errors)} | {Show.Seconds(operation.Duration.P50)} | {Show.Seconds(operation.Duration.P95)} | {Show.Seconds(operation.Duration.P99)} |");
        }
        More(output, summary.Http.Length - MostOperations);
    }

    private static void Errors(RunSummary summary, TextWriter output)
    {
        Line(output, "| error | where | count | first seen at | trace |\n|---|---|---:|---|---|");
        foreach (var error in summary.Errors.Take(MostErrors))
        {
            var place = error.Operations.FirstOrDefault();
            var trace = error.Operations.Select(static each => each.TraceId).Concat(error.Traces).FirstOrDefault(static id => id is not null);
            Line(output, $"| {MarkdownText.Code(error.Type)} | {MarkdownText.Plain(error.Where)} | {Show.Count(error.Count)} | {(place is null ? "" : $"{MarkdownText.Code(place.Operation)}{(place.Detail is { } detail ? $": {MarkdownText.Plain(detail)}" : "")}")} | {(trace is null ? "" : MarkdownText.Code(trace))} |");
        }
        More(output, summary.Errors.Length - MostErrors);
    }

    private static void Sessions(RunReport report, TextWriter output)
    {
        Line(output, "| session | goal | outcome | reason | trace |\n|---|---|---|---|---|");
        foreach (var session in report.Sessions.Failed.Take(MostSessions))
        {
            Line(output, $"| {MarkdownText.Code(session.Session)} | {MarkdownText.Plain(session.Goal)} | {session.Outcome.Name()} | {MarkdownText.Plain(session.Reason)} | {MarkdownText.Code(session.TraceId)} |");
        }
        More(output, report.Sessions.Failed.Length - MostSessions);
    }

    private static void Fold(TextWriter output, string title, int count, Action write)
    {
        if (count == 0)
        {
            return;
        }
        Line(output, $"<details><summary>{title} ({Show.Count(count)})</summary>\n");
        write();
        Line(output, "\n</details>\n");
    }

    private static void More(TextWriter output, int count)
    {
        if (count > 0)
        {
            Line(output, $"\nand {Show.Count(count)} more in the report");
        }
    }

    private static void Line(TextWriter output, string text) => output.Write(text + "\n");
}
