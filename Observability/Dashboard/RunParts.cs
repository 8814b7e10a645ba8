using System.Collections.Immutable;
using ApeTest.Observability.ControlApi;
using ApeTest.Observability.Dashboard.Components;
using ApeTest.Observability.Reports;
using ApeTest.Observability.Reports.Charts;
using ApeTest.Observability.Reports.Components;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Summaries;

namespace ApeTest.Observability.Dashboard;

/// <summary>The parts of a run's page that change while it goes on, each as HTML: those of the report, with what only a running run has. Reads the time series on from where it was. Not thread-safe.</summary>
internal sealed class RunParts(KnownRun run, PageRenderer renderer) : IDisposable
{
    // As in a report: half a day of seconds. Then the oldest go.
    private const int MostPoints = 50_000;

    private readonly TimeTail _tail = new(run.Directory);
    private readonly List<TimePoint> _points = [];

    /// <summary>Renders all parts, by the ids of their places in the page.</summary>
    public async Task<IReadOnlyList<(string Id, string Html)>> RenderAsync(CancellationToken cancellationToken)
    {
        await _tail.ReadAsync(Keep, cancellationToken);
        var (progress, summary) = (run.Progress(), run.Summary());
        var parts = new List<(string, string)> { ("head", await renderer.RenderAsync<RunHead>((nameof(RunHead.Progress), progress))) };
        if (summary is not null)
        {
            parts.Add(("verdict", await renderer.RenderAsync<VerdictBanner>((nameof(VerdictBanner.Summary), summary))));
            parts.Add(("tiles", await renderer.RenderAsync<Tiles>((nameof(Tiles.Summary), summary))));
            parts.Add(("thresholds", await renderer.RenderAsync<ThresholdTable>((nameof(ThresholdTable.Summary), summary))));
            parts.Add(("outcomes", await renderer.RenderAsync<GoalTable>((nameof(GoalTable.Summary), summary))));
            parts.Add(("mtba", await renderer.RenderAsync<PartsBar>((nameof(PartsBar.Mtba), summary.Mtba))));
            parts.Add(("operations", await OperationsAsync(summary)));
            parts.Add(("errors", await ErrorsAsync(summary)));
            parts.Add(("generator", await renderer.RenderAsync<GeneratorTable>((nameof(GeneratorTable.Summary), summary))));
        }
        foreach (var chart in RunCharts.Of([.. _points]))
        {
            parts.Add(($"place-{chart.Id}", await renderer.RenderAsync<ChartView>((nameof(ChartView.Chart), chart))));
        }
        return parts;
    }

    public void Dispose() => _tail.Dispose();

    private async Task<string> OperationsAsync(RunSummary summary) => summary.Http.IsEmpty ? "<p>None was called yet.</p>"
        : await renderer.RenderAsync<OperationTable>((nameof(OperationTable.Summary), summary));

    private async Task<string> ErrorsAsync(RunSummary summary) => summary.Errors.IsEmpty ? "<p>None.</p>"
        : await renderer.RenderAsync<ErrorTable>((nameof(ErrorTable.Errors), summary.Errors), (nameof(ErrorTable.Run), summary.Run.Id));

    private void Keep(TimePoint point)
    {
        if (_points.Count == MostPoints)
        {
            _points.RemoveRange(0, MostPoints / 10);
        }
        _points.Add(point with { Operations = ImmutableArray<OperationPoint>.Empty });
    }
}
