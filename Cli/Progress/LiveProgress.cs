using ApeTest.Cli.Rendering;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace ApeTest.Cli.Progress;

/// <summary>Progress on a terminal: a view of at most 80 x 24 on standard error, redrawn twice a second.</summary>
internal sealed class LiveProgress(CliEnvironment environment, bool noColor) : IRunProgressView
{
    private const int MostOperations = 8;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    public bool ShowsStopping => true;

    public async Task ShowAsync(Func<RunSnapshot> read, CancellationToken end)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(environment.Error),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
            ColorSystem = noColor || environment.ForbidsColor ? ColorSystemSupport.NoColors : ColorSystemSupport.Standard,
        });
        console.Profile.Width = Math.Min(environment.Width, SummaryText.Width);
        using var timer = new PeriodicTimer(Interval, environment.Time);
        await console.Live(View(read())).AutoClear(true).StartAsync(async live =>
        {
            try
            {
                while (await timer.WaitForNextTickAsync(end))
                {
                    live.UpdateTarget(View(read()));
                }
            }
            catch (OperationCanceledException)
            {
                // The run has ended; the summary takes the view's place.
            }
        });
    }

    /// <summary>The view of one moment.</summary>
    internal static IRenderable View(RunSnapshot snapshot)
    {
        var progress = snapshot.Progress;
        var grid = new Grid().AddColumn(new GridColumn().NoWrap().PadRight(2)).AddColumn(new GridColumn().NoWrap());
        grid.AddRow(new Markup("[bold]run[/]"), new Text($"{progress.Run}  {Show.Cut(Show.Safe(progress.Scenario), 30)}  {progress.Status}"));
        grid.AddRow(new Markup("time"), new Text(Time(snapshot)));
        grid.AddRow(new Markup("agents"), new Text($"{progress.AgentsActive} of {progress.AgentsTarget} active, {progress.ActionsPerSecond:0.#} actions/s"));
        grid.AddRow(new Markup("sessions"), new Markup(
            $"[green]{progress.Succeeded} succeeded[/]  {Marked(progress.Failed, "failed")}  {Marked(progress.Stuck, "stuck")}  "
            + $"{Marked(progress.AgentError, "agent_error")}  {progress.Aborted} aborted"));
        grid.AddRow(new Markup("success"), new Markup($"[bold]{Show.Share(progress.SuccessRate)}[/]"));
        grid.AddRow(new Markup("MTBA"), new Text($"{Show.Seconds(progress.MtbaMeanS)} mean, {Show.Seconds(progress.MtbaActiveP95S)} active p95"));
        grid.AddRow(new Markup(""), new Text(Parts(snapshot)));
        grid.AddRow(new Markup("TTFT"), new Text($"{Show.Seconds(progress.TtftP95S)} p95"));
        grid.AddRow(new Markup("cost"), new Text($"{Show.Dollars(progress.CostUsd)}, {Show.Count(progress.Tokens)} tokens"));

        var rows = new List<IRenderable> { grid };
        if (snapshot.Summary is { Http.IsEmpty: false } summary)
        {
            var table = new Table().Border(TableBorder.None).AddColumn("operation")
                .AddColumn(new TableColumn("count").RightAligned()).AddColumn(new TableColumn("errors").RightAligned())
                .AddColumn(new TableColumn("p95").RightAligned());
            foreach (var operation in summary.Http.Take(MostOperations))
            {
                table.AddRow(new Text(Show.Cut($"{operation.Method} {Show.Safe(operation.Operation)}", 44)), new Text(Show.Count(operation.Count)),
                    new Text(Show.Count(operation.Errors)), new Text(Show.Seconds(operation.Duration.P95)));
            }
            rows.Add(table);
        }
        rows.Add(snapshot.Stopping is { } stopping
            ? new Text(stopping, new Style(Color.Yellow))
            : new Markup("[dim]Ctrl+C: finish the running sessions and report; twice: stop now[/]"));
        return new Rows(rows);
    }

    private static string Time(RunSnapshot snapshot)
    {
        var progress = snapshot.Progress;
        var elapsed = Show.Seconds(Math.Round(progress.ElapsedS));
        return progress.DurationS is { } duration ? $"{elapsed} of {Show.Seconds(duration)}, {Show.Seconds(Math.Max(0, Math.Round(duration - progress.ElapsedS)))} left" : elapsed;
    }

    private static string Marked(long count, string word) => count == 0 ? $"0 {word}" : $"[red]{count} {word}[/]";

    private static string Parts(RunSnapshot snapshot) => snapshot.Summary?.Mtba.Parts is { } parts
        ? $"think {Show.Seconds(parts.Think)}, model {Show.Seconds(parts.Model)}, gateway {Show.Seconds(parts.Gateway)}, target {Show.Seconds(parts.Target)}"
        : string.Empty;
}
