using ApeTest.Cli.Rendering;
using ApeTest.Runs.Control;
using ApeTest.Runs.Summaries;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ApeTest.Cli.Progress;

/// <summary>A run at one moment as a view of at most 80 x 24. No row is wider than the terminal: one that wrapped could not be redrawn.</summary>
internal static class LiveView
{
    private const int MostOperations = 8;
    private const int LabelWidth = 10;
    private const int FigureColumns = 32;

    /// <summary>The view.</summary>
    /// <param name="snapshot">The moment.</param>
    /// <param name="hint">What the user can do, where nothing was set in motion.</param>
    /// <param name="width">Columns.</param>
    public static IRenderable Of(RunSnapshot snapshot, string hint, int width)
    {
        var progress = snapshot.Progress;
        var rows = new List<IRenderable>
        {
            Row("run", $"{progress.Run}  {Show.Cut(Show.Safe(progress.Scenario), 30)}  {progress.Status}", width),
            Row("time", Time(progress), width),
            Row("agents", $"{RunPhase.Agents(progress)}, {progress.ActionsPerSecond:0.#} actions/s", width),
            Sessions(progress, width),
            Row("success", Show.Share(progress.SuccessRate), width),
            Row("MTBA", $"{Show.Seconds(progress.MtbaMeanS)} mean, {Show.Seconds(progress.MtbaActiveP95S)} active p95", width),
            Row("", Parts(snapshot), width),
            Row("TTFT", $"{Show.Seconds(progress.TtftP95S)} p95", width),
            Row("cost", $"{Show.Dollars(progress.CostUsd)}, {Show.Count(progress.Tokens)} tokens", width),
        };
        if (snapshot.Summary is { Http.IsEmpty: false } summary)
        {
            rows.Add(Operations(summary, width));
        }
        rows.Add(snapshot.Stopping is { } stopping
            ? new Text(Show.Cut(stopping, width), new Style(Color.Yellow))
            : new Text(Show.Cut(hint, width), new Style(decoration: Decoration.Dim)));
        return new Rows(rows);
    }

    private static Text Row(string label, string value, int width) => new(Show.Cut($"{label,-LabelWidth}{value}", width));

    private static string Time(RunProgress progress)
    {
        var planned = progress.DurationS is { } duration ? $" of {RunPhase.Clock(duration)}" : string.Empty;
        var phase = RunPhase.Of(progress) is { } text ? $", {text}" : string.Empty;
        return $"{RunPhase.Clock(progress.ElapsedS)}{planned}{phase}";
    }

    private static IRenderable Sessions(RunProgress progress, int width)
    {
        var plain = $"{"sessions",-LabelWidth}{progress.Succeeded} succeeded  {progress.Failed} failed  {progress.Stuck} stuck  {progress.AgentError} agent_error  {progress.Aborted} aborted";
        return plain.Length > width ? new Text(Show.Cut(plain, width)) : new Markup(
            $"{"sessions",-LabelWidth}[green]{progress.Succeeded} succeeded[/]  {Marked(progress.Failed, "failed")}  {Marked(progress.Stuck, "stuck")}  "
            + $"{Marked(progress.AgentError, "agent_error")}  {progress.Aborted} aborted");
    }

    private static string Marked(long count, string word) => count == 0 ? $"0 {word}" : $"[red]{count} {word}[/]";

    private static string Parts(RunSnapshot snapshot) => snapshot.Summary?.Mtba.Parts is { } parts
        ? $"think {Show.Seconds(parts.Think)}, model {Show.Seconds(parts.Model)}, gateway {Show.Seconds(parts.Gateway)}, target {Show.Seconds(parts.Target)}"
        : string.Empty;

    private static Table Operations(RunSummary summary, int width)
    {
        var table = new Table().Border(TableBorder.None).AddColumn("operation")
            .AddColumn(new TableColumn("count").RightAligned()).AddColumn(new TableColumn("errors").RightAligned())
            .AddColumn(new TableColumn("p95").RightAligned());
        foreach (var operation in summary.Http.Take(MostOperations))
        {
            var name = Show.Cut($"{operation.Method} {Show.Safe(operation.Operation)}", Math.Clamp(width - FigureColumns, 8, 44));
            table.AddRow(new Text(name), new Text(Show.Count(operation.Count)), new Text(Show.Count(operation.Errors)), new Text(Show.Seconds(operation.Duration.P95)));
        }
        return table;
    }
}
