using ApeTest.Runs.Control;

namespace ApeTest.Cli.Progress;

/// <summary>A run at one moment as rows: everything that a person decides by on 80 x 24, more of it on a larger terminal.</summary>
internal static class LiveView
{
    private const int LabelWidth = 11;
    private const int FigureWidth = 48;
    private const int MostBars = 60;
    private const int RoomyHeight = 30;

    /// <summary>The rows, at most <paramref name="height"/>.</summary>
    public static IReadOnlyList<LiveLine> Of(LiveMoment moment, int width, int height)
    {
        var (progress, history) = (moment.Snapshot.Progress, moment.History);
        var rows = new List<LiveLine> { Head(progress, width), LiveBars.Done(progress, width) };
        var roomy = height >= RoomyHeight;
        Gap(rows, roomy);
        rows.Add(Row("agents", $"{RunPhase.Agents(progress)}", history.Agents, width));
        rows.Add(States(progress));
        rows.Add(Sessions(progress));
        rows.Add(Row("success", Success(progress), history.Success, width, most: 1));
        Gap(rows, roomy);
        rows.Add(Row("actions", $"{Show.Rate(progress.ActionsPerSecond)}/s, p95 {Show.Seconds(progress.ActionP95S)}", history.Actions, width));
        rows.Add(Row("MTBA", $"{Show.Seconds(progress.MtbaMeanS)} mean, {Show.Seconds(progress.MtbaActiveP95S)} active p95", history.Mtba, width));
        rows.AddRange(LiveBars.Parts(progress, LabelWidth, width));
        rows.Add(Row("TTFT", $"{Show.Seconds(progress.TtftP95S)} p95", history.Ttft, width));
        rows.Add(Thresholds(progress));
        Gap(rows, roomy);
        var foot = Foot(moment);
        rows.AddRange(Detail(moment, width, height - rows.Count - foot.Count, roomy));
        rows.AddRange(foot);
        return rows.Count <= height ? rows : [.. rows.Take(height - foot.Count), .. foot];
    }

    private static void Gap(List<LiveLine> rows, bool roomy)
    {
        if (roomy)
        {
            rows.Add(new LiveLine());
        }
    }

    private static LiveLine Head(RunProgress progress, int width)
    {
        var time = progress.DurationS is { } duration ? $"{RunPhase.Clock(progress.ElapsedS)} of {RunPhase.Clock(duration)}" : RunPhase.Clock(progress.ElapsedS);
        var line = new LiveLine().Add(Show.Cut(progress.Scenario, Math.Max(12, width - 55)), LiveTone.Strong).Add($"  {progress.Run}  ")
            .Add(progress.Draining ? "draining" : progress.Status, progress.Draining ? LiveTone.Warn : LiveTone.Good);
        return line.To(width - time.Length).Add(time);
    }

    private static LiveLine Row(string label, string text, IReadOnlyList<double?> series, int width, double? most = null)
    {
        var line = Label(label).Add(text);
        var room = Math.Min(MostBars, width - FigureWidth);
        return room < 8 ? line : line.To(FigureWidth).Add(Sparkline.Of(series, room, most), LiveTone.Line);
    }

    private static LiveLine Label(string label) => new LiveLine().Add(label.PadRight(LabelWidth), LiveTone.Dim);

    private static LiveLine States(RunProgress progress)
    {
        var line = Label(string.Empty);
        return progress.States is not { } states ? line.Add(Show.Nothing)
            : line.Add($"{states.Think} thinking  {states.Model} at the model  {states.Target} at the target  {states.Gateway + states.Other} other  {states.Idle} idle");
    }

    private static LiveLine Sessions(RunProgress progress)
    {
        var line = Label("sessions").Add($"{Show.Count(progress.Succeeded)} succeeded", progress.Succeeded > 0 ? LiveTone.Good : null);
        foreach (var (count, word) in new[] { (progress.Failed, "failed"), (progress.Stuck, "stuck"), (progress.AgentError, "agent_error") })
        {
            line.Add("  ").Add($"{Show.Count(count)} {word}", count > 0 ? LiveTone.Bad : null);
        }
        return line.Add($"  {Show.Count(progress.Aborted)} aborted");
    }

    private static string Success(RunProgress progress) => progress.SuccessRate is null ? Show.Nothing
        : $"{Show.Share(progress.SuccessRate)} of {Show.Count(progress.Succeeded + progress.Failed + progress.Stuck)}";

    private static LiveLine Thresholds(RunProgress progress)
    {
        var line = Label("thresholds");
        var thresholds = progress.Thresholds.IsDefault ? [] : progress.Thresholds;
        if (thresholds.IsEmpty)
        {
            return line.Add("none");
        }
        var (held, open) = (thresholds.Count(static threshold => threshold.Ok), thresholds.Count(static threshold => threshold.Inconclusive));
        line.Add($"{held} held", held > 0 ? LiveTone.Good : null);
        if (open > 0)
        {
            line.Add($"  {open} without a figure yet");
        }
        foreach (var broken in thresholds.Where(static threshold => threshold is { Ok: false, Inconclusive: false }))
        {
            line.Add("  ").Add($"broken: {broken.Name} {broken.Expr}", LiveTone.Bad);
        }
        return line;
    }

    private static List<LiveLine> Detail(LiveMoment moment, int width, int room, bool roomy)
    {
        if (moment.Help is { } help)
        {
            return [.. help.Take(room).Select(static line => new LiveLine().Add(line))];
        }
        var log = moment.Log is null ? 0 : Math.Max(4, room / 2);
        var rows = LiveTables.Of(moment.Snapshot.Progress, width, room - log, roomy);
        if (moment.Log is { } lines)
        {
            rows.Add(new LiveLine().Add("log", LiveTone.Dim));
            var shown = Math.Max(0, room - rows.Count);
            rows.AddRange(lines.Skip(Math.Max(0, lines.Count - shown)).Select(static line => new LiveLine().Add(line)));
        }
        return rows;
    }

    private static List<LiveLine> Foot(LiveMoment moment)
    {
        var rows = new List<LiveLine>();
        if (moment.Note is { } note)
        {
            rows.Add(new LiveLine().Add(note));
        }
        rows.Add(moment.Snapshot.Stopping is { } stopping ? new LiveLine().Add(stopping, LiveTone.Warn) : new LiveLine().Add(moment.Hint, LiveTone.Dim));
        return rows;
    }
}
