using ApeTest.Runs.Control;

namespace ApeTest.Cli.Progress;

/// <summary>What the view has seen of a run, a figure a second, for its sparklines.</summary>
internal sealed class LiveHistory
{
    private const int Most = 120;
    private double _seen = -1;

    public List<double?> Actions { get; } = [];

    public List<double?> Mtba { get; } = [];

    public List<double?> Ttft { get; } = [];

    public List<double?> ActionP95 { get; } = [];

    public List<double?> Success { get; } = [];

    public List<double?> Agents { get; } = [];

    /// <summary>Takes a moment; one that was seen already, or of a run that has not begun, is passed over.</summary>
    public void Add(RunProgress progress)
    {
        if (progress.Started is null || progress.ElapsedS <= _seen)
        {
            return;
        }
        _seen = progress.ElapsedS;
        Keep(Actions, progress.ActionsPerSecond);
        Keep(Mtba, progress.Last?.MtbaMeanS);
        Keep(Ttft, progress.Last?.TtftP95S);
        Keep(ActionP95, progress.Last?.ActionP95S);
        Keep(Success, progress.Last is { Judged: > 0 } last ? (double)last.Succeeded / last.Judged : null);
        Keep(Agents, progress.AgentsActive);
    }

    private static void Keep(List<double?> series, double? value)
    {
        if (series.Count == Most)
        {
            series.RemoveAt(0);
        }
        series.Add(value);
    }
}
