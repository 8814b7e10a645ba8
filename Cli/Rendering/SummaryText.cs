using System.Globalization;
using ApeTest.Runs.Summaries;

namespace ApeTest.Cli.Rendering;

/// <summary>The summary of a run as text of at most 80 columns; its last line says what was measured.</summary>
internal sealed class SummaryText(TextWriter output, Paint paint)
{
    /// <summary>Columns that the text needs.</summary>
    public const int Width = 80;

    // Beside the verdict, the metric and its value.
    private const int ConditionWidth = 27;
    private const int MostOperations = 12;
    private const int MostGroups = 6;
    private const int MostErrors = 6;
    private const int MostPlaces = 3;
    private const int MostDetail = 120;
    private const int MostLevels = 12;
    private const int MostReasons = 3;

    private string _logs = string.Empty;

    /// <summary>Writes everything.</summary>
    /// <param name="summary">The summary.</param>
    /// <param name="reasons">Why sessions did not succeed, from the kept sessions.</param>
    /// <param name="model">Model that decided; null for unknown.</param>
    /// <param name="directory">Where the run's files are, as shown to the user.</param>
    /// <param name="logs">What a command that reads the run's logs needs besides its id: <c>--stack URL</c>. Default nothing.</param>
    public void Write(RunSummary summary, IReadOnlyList<OutcomeReason> reasons, string? model, string directory, string? logs = null)
    {
        _logs = logs is null ? string.Empty : $" {logs}";
        Head(summary, model);
        Thresholds(summary);
        Breakpoint(summary.Load.Breakpoint);
        Sessions(summary, reasons);
        Latency(summary);
        Operations(summary);
        Errors(summary);
        Foot(summary, directory);
    }

    private void Head(RunSummary summary, string? model)
    {
        var run = summary.Run;
        var status = run.Status is "completed" ? paint.Good(run.Status) : paint.Warn(run.Status);
        Line($"{paint.Strong(Show.Cut(Show.Safe(run.Scenario), 34))}  {run.Id}  {status} after {Show.Seconds(run.DurationS)}");
        var facts = new List<string> { Plural(run.Agents, "agent"), $"seed {run.Seed}", $"oracle {run.Oracle}" };
        if (model is not null)
        {
            facts.Insert(1, Show.Cut(Show.Safe(model), 32));
        }
        Line(string.Join(", ", facts));
        if (run.Reason is { } stopped)
        {
            Wrapped(paint.Bad("STOPPED "), 8, Show.Safe(stopped));
        }
        foreach (var reason in run.Suspect)
        {
            Wrapped(paint.Warn("SUSPECT "), 8, Show.Safe(reason));
        }
        foreach (var edit in run.Edited)
        {
            Wrapped(paint.Warn("EDITED  "), 8, $"{Show.Safe(edit)}, while the run went on");
        }
    }

    private void Thresholds(RunSummary summary)
    {
        Heading("Thresholds");
        foreach (var threshold in summary.Thresholds)
        {
            var verdict = threshold.Ok ? paint.Good("PASS") : paint.Bad("FAIL");
            var name = Show.Cut(threshold.Name, 32).PadRight(32);
            var value = threshold.Value is { } number ? ThresholdText.Value(threshold.Name, number) : "nothing measured";
            var (condition, evidence) = ($"{Show.Safe(threshold.Expr),-10}", Show.Cut(ThresholdText.Evidence(threshold, summary), 20));
            if (condition.Length + 1 + evidence.Length <= ConditionWidth)
            {
                Line($"  {verdict}  {name}  {value,10} {condition} {evidence}");
            }
            else
            {
                Line($"  {verdict}  {name}  {value,10}");
                Wrapped("        ", 8, $"{condition} {evidence}".TrimEnd());
            }
        }
        if (summary.Thresholds.IsEmpty)
        {
            Line("  none");
        }
    }

    private void Breakpoint(BreakpointSummary? search)
    {
        if (search is null)
        {
            return;
        }
        Heading("Breakpoint");
        string Level(double? level) => level is { } value ? FormattableString.Invariant($"{value:0.##}") : "nothing";
        var unit = search.Unit == "agents" ? "agents" : "sessions/s";
        Wrapped("  ", 2, search.Outcome switch
        {
            "found" => $"between {Level(search.LastGood ?? 0)} {unit}, which held, and {Level(search.FirstBroken)}, which did not",
            "held" => $"none up to {Level(search.LastGood)} {unit}: every level held",
            "generator" => $"not found: the generator could not make the next level; {Level(search.LastGood)} {unit} held",
            _ => $"not found before the run ended: {Level(search.LastGood)} {unit} held",
        });
        if (search.Threshold is { } broken)
        {
            var value = broken.Value is { } number ? ThresholdText.Value(broken.Name, number) : "nothing measured";
            Wrapped("  ", 2, $"{Level(search.FirstBroken)} {unit} broke {broken.Name} {Show.Safe(broken.Expr)}: {value}");
        }
        if (search.Reason is { } reason)
        {
            Wrapped(paint.Warn("  SUSPECT "), 10, Show.Safe(reason));
        }
        foreach (var level in search.Levels.TakeLast(MostLevels))
        {
            Line($"  {Level(level.Level),10}  {level.Verdict,-9}  {level.SessionsPerS,8:0.#} sessions/s  {level.RequestsPerS,9:0.#} requests/s");
        }
        More(search.Levels.Length - MostLevels, "earlier level");
    }

    private void Sessions(RunSummary summary, IReadOnlyList<OutcomeReason> reasons)
    {
        var sessions = summary.Sessions;
        Heading("Sessions");
        Line($"  {Show.Count(sessions.Started)} started, {Show.Count(sessions.Judged)} judged, {Show.Share(sessions.SuccessRate)} succeeded; agent errors {Show.Share(sessions.AgentErrorRate)}");
        Outcome("succeeded", sessions.Succeeded, reasons);
        Outcome("failed", sessions.Failed, reasons);
        Outcome("stuck", sessions.Stuck, reasons);
        Outcome("agent_error", sessions.AgentError, reasons);
        Outcome("aborted", sessions.Aborted, reasons);
        foreach (var goal in sessions.ByGoal.Length > 1 ? sessions.ByGoal : [])
        {
            Line($"  goal {Show.Cut(Show.Safe(goal.Goal), 40),-40}  {Show.Count(goal.Succeeded),9}  {Show.Share(goal.SuccessRate)}");
        }
        foreach (var (kind, count) in sessions.Recoveries)
        {
            Line($"  recovered by {kind}: {Show.Count(count)}");
        }
        if (summary.Load.Dropped > 0)
        {
            Wrapped("  ", 2, summary.IsOpen
                ? $"{Show.Count(summary.Load.Dropped)} of {Show.Count(summary.Load.Started + summary.Load.Dropped)} arrivals did not start: no agent was free, or the run ended; more --agents take more of them"
                : $"{Show.Count(summary.Load.Dropped)} iterations could not start");
        }
    }

    private void Outcome(string outcome, long count, IReadOnlyList<OutcomeReason> reasons)
    {
        if (count == 0 && outcome != "succeeded")
        {
            return;
        }
        Line($"  {outcome,-12}{Show.Count(count),9}");
        foreach (var reason in reasons.Where(reason => reason.Outcome == outcome).Take(MostReasons))
        {
            Wrapped(new string(' ', 25), 25, $"{Show.Count(reason.Count)} x {Show.Cut(Show.Safe(reason.Text), 100)}");
        }
    }

    private void Latency(RunSummary summary)
    {
        Heading("Time");
        var table = new TextTable().Left("").Right("count").Right("mean").Right("p50").Right("p95").Right("p99").Right("max");
        if (summary.IsOpen)
        {
            Row(table, "start delay", summary.Load.StartDelay);
        }
        Row(table, "session", summary.Sessions.Duration);
        table.Row("between actions (MTBA)", Show.Count(summary.Mtba.Count), Show.Seconds(summary.Mtba.Mean), Show.Seconds(summary.Mtba.P50),
            Show.Seconds(summary.Mtba.P95), Show.Seconds(summary.Mtba.P99), Show.Seconds(summary.Mtba.Max));
        Row(table, "  without think", summary.Mtba.Active);
        if (summary.Llm.Calls > 0)
        {
            Row(table, "first token (TTFT)", summary.Ttft);
        }
        Row(table, "action", summary.Actions.Duration);
        table.Write(output, Width, "  ");
        if (summary.Mtba.Mean is { } mean and > 0)
        {
            var parts = summary.Mtba.Parts;
            var shown = parts.Named().Where(part => part.Seconds is > 0).Select(part => $"{part.Name} {Show.Seconds(part.Seconds)} ({part.Seconds!.Value / mean * 100:0} %)");
            Wrapped("  MTBA is ", 10, string.Join(", ", shown));
        }
        if (summary.Llm.Calls > 0)
        {
            var estimated = summary.Tokens.Estimated ? " (estimated)" : string.Empty;
            Wrapped("  ", 2, $"{Show.Count(summary.Llm.Calls)} model calls{Trouble(summary.Llm)}, {Show.Count(summary.Tokens.Prompt)} + {Show.Count(summary.Tokens.Completion)} tokens{estimated}, {Show.Dollars(summary.CostUsd)}");
        }
    }

    private void Operations(RunSummary summary)
    {
        if (summary.Http.IsEmpty)
        {
            return;
        }
        Heading("Operations");
        var table = new TextTable().Left("").Right("count").Right("/s").Right("errors").Right("p50").Right("p95").Right("p99").Right("max");
        foreach (var operation in summary.Http.Take(MostOperations))
        {
            OperationRow(table, Show.Safe(operation.Operation), summary, operation.Count, Show.Count(operation.Errors), operation.Duration);
            if (operation.ResponseFromIntended is { Count: > 0 } intended)
            {
                OperationRow(table, "  from its due time", summary, intended.Count, string.Empty, intended);
            }
        }
        foreach (var group in summary.Groups.Take(MostGroups))
        {
            OperationRow(table, $"group {Show.Safe(group.Name)}", summary, group.Count, string.Empty, group.Duration);
        }
        table.Write(output, Width, "  ");
        More(summary.Http.Length - MostOperations, "operation");
        More(summary.Groups.Length - MostGroups, "group");
        var statuses = summary.Http.SelectMany(operation => operation.ByStatus)
            .GroupBy(status => status.Key, status => status.Value)
            .OrderByDescending(status => status.Sum())
            .Select(status => $"{(status.Key == 0 ? "no answer" : status.Key)}: {Show.Count(status.Sum())}");
        Wrapped("  status ", 9, string.Join(", ", statuses));
        Traffic(summary);
    }

    private static void OperationRow(TextTable table, string name, RunSummary summary, long count, string errors, Distribution duration) =>
        table.Row(name, Show.Count(count), summary.Run.DurationS > 0 ? Show.Rate(count / summary.Run.DurationS) : Show.Nothing, errors,
            Show.Seconds(duration.P50), Show.Seconds(duration.P95), Show.Seconds(duration.P99), Show.Seconds(duration.Max));

    private void Traffic(RunSummary summary)
    {
        var load = summary.Load;
        if (load.RequestsPerS is { } requests && load.SessionsPerS is { } sessions)
        {
            Wrapped("  rate   ", 9, $"{Show.Rate(requests)} requests/s{Peak(load.PeakRequestsPerS)}, {Show.Rate(sessions)} sessions/s{Peak(load.PeakSessionsPerS)}");
        }
        var parts = new List<string>();
        if (summary.Http.Sum(operation => operation.BytesReceived) is > 0 and var received)
        {
            parts.Add($"{Show.Bytes(summary.Http.Sum(operation => operation.BytesSent) ?? 0)} sent, {Show.Bytes(received)} received");
        }
        if (summary.Http.Sum(operation => operation.Connections) is > 0 and var made)
        {
            var all = summary.Http.Sum(operation => operation.Count);
            parts.Add($"{Show.Count(made)} connections made, {Show.Share(1 - ((double)made / all))} of requests found one");
        }
        if (parts.Count > 0)
        {
            Wrapped("  wire   ", 9, string.Join("; ", parts));
        }
    }

    private static string Peak(double? rate) => rate is { } peak ? $" (busiest second {Show.Rate(peak)})" : string.Empty;

    private void Errors(RunSummary summary)
    {
        if (summary.Errors.IsEmpty)
        {
            return;
        }
        Heading("Errors");
        foreach (var error in summary.Errors.Take(MostErrors))
        {
            Line($"  {Show.Count(error.Count),7} x {error.Type} ({error.Where})");
            foreach (var place in error.Operations.Take(MostPlaces))
            {
                Wrapped("          ", 12, $"{Show.Count(place.Count)} at {Show.Cut(Show.Safe(place.Operation), 40)}{(place.Detail is { } detail ? $": {Show.Cut(Show.Safe(detail), MostDetail)}" : string.Empty)}");
            }
            if (error.Operations.Length > MostPlaces)
            {
                Line($"          and {Plural(error.Operations.Length - MostPlaces, "operation")} more in summary.json");
            }
            // Of the operation that has most: where it fails, not merely once.
            if (error.Operations.Select(static place => place.TraceId).Concat(error.Traces).FirstOrDefault(static trace => trace is not null) is { } trace)
            {
                Trace(summary, trace);
            }
        }
        More(summary.Errors.Length - MostErrors, "kind of error");
    }

    private void Foot(RunSummary summary, string directory)
    {
        Heading("Files");
        Line($"  {directory}");
        if (summary.Slowest.Length > 0)
        {
            var slowest = summary.Slowest[0];
            Line($"  slowest action: {Show.Cut(Show.Safe(slowest.Operation), 40)} {Show.Seconds(slowest.DurationS)}");
            Trace(summary, slowest.TraceId);
        }
        if (summary.Generator.RecordsDropped > 0)
        {
            Line(paint.Warn($"  {Show.Count(summary.Generator.RecordsDropped)} records were not kept"));
        }
        output.WriteLine();
        Wrapped("Measured: ", 10, Show.Safe(summary.Measured));
    }

    // The run is named: by the time that the line is pasted it may not be the latest.
    private void Trace(RunSummary summary, string trace) => Line($"    ape-test logs {summary.Run.Id} --grep {trace}{_logs}");

    private static void Row(TextTable table, string name, Distribution distribution) =>
        table.Row(name, Show.Count(distribution.Count), Show.Seconds(distribution.Mean), Show.Seconds(distribution.P50),
            Show.Seconds(distribution.P95), Show.Seconds(distribution.P99), Show.Seconds(distribution.Max));

    private static string Trouble(LlmSummary llm)
    {
        var parts = new (long Count, string Text)[] { (llm.Failed, "failed"), (llm.Retries, "retried"), (llm.Failovers, "failed over") }
            .Where(part => part.Count > 0).Select(part => $"{Show.Count(part.Count)} {part.Text}");
        return string.Join(", ", parts) is { Length: > 0 } text ? $" ({text})" : string.Empty;
    }

    private static string Plural(int count, string word) => $"{Show.Count(count)} {word}{(count == 1 ? string.Empty : "s")}";

    private void More(int count, string word)
    {
        if (count > 0)
        {
            Line($"  and {Plural(count, word)} more in summary.json");
        }
    }

    private void Heading(string text)
    {
        output.WriteLine();
        output.WriteLine(paint.Strong(text));
    }

    private void Wrapped(string first, int indent, string text) => TextTable.Wrapped(output, first, indent, text, Width);

    private void Line(string text) => output.WriteLine(text.TrimEnd());
}
