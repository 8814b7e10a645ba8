using System.Collections.Immutable;
using ApeTest.Cli.Progress;
using ApeTest.Runs.Control;

namespace ApeTest.Cli.Tests.Progress;

/// <summary>A run at one moment, the same each time, with something in every part of the view.</summary>
internal static class LiveRun
{
    public static RunProgress Progress() => RunProgress.From(SummaryFixture.Full()) with
    {
        Status = "running",
        ElapsedS = 15,
        DurationS = 30,
        AgentsActive = 18,
        AgentsTarget = 20,
        ActionsPerSecond = 98.4,
        States = new AgentStates(9, 6, 0, 2, 1, 2),
        MaxCostUsd = 1,
        Last = new LastSecond(0.212, 0.033, 0.006, 2, 19, 20),
    };

    /// <summary>Named by what a target may say: markup, commands of a terminal, characters of two columns.</summary>
    public static RunProgress Hostile() => Progress() with
    {
        Scenario = "\e[2Jcleared\a \u202eright to left",
        Operations = [new OperationProgress("\e]0;title\a名前の長い操作名前の長い操作名前の長い操作名前の長い操作", "GET", 1, 1, 0.1)],
        Errors = [new ErrorProgress("http_500", "target", 1, 1, "a", "\r\n\e[31mred\e[0m " + new string('界', 80), null)],
    };

    public static LiveHistory History()
    {
        var history = new LiveHistory();
        for (var second = 1; second <= 45; second++)
        {
            history.Add(Progress() with
            {
                ElapsedS = second,
                ActionsPerSecond = 50 + (second % 10 * 5),
                AgentsActive = Math.Min(18, second),
                Last = new LastSecond(0.1 + (second % 7 * 0.02), 0.03, second % 5 == 0 ? null : 0.001 * second, 0, second % 4, 4),
            });
        }
        return history;
    }

    public static LiveMoment Moment(RunProgress? progress = null) => new(new RunSnapshot(progress ?? Progress()), History()) { Hint = "q stop   + - agents   l log   ? help" };

    public static string Render(LiveMoment moment, int width, int height, bool coloured = false) =>
        string.Concat(LiveView.Of(moment, width, height).Select(row => row.Render(width, coloured) + "\n"));

    public static ImmutableArray<string> Log { get; } = [.. Enumerable.Range(1, 40).Select(n => $"13:15:{n:00}.000 info  agent     action.completed checkout answered 201 in 30 ms session=3-{n}")];
}
