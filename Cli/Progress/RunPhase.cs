using ApeTest.Runs.Control;

namespace ApeTest.Cli.Progress;

/// <summary>Where a run stands, in words.</summary>
internal static class RunPhase
{
    /// <summary><c>starting</c>, <c>12 s left</c>, <c>level 150/s, at most 2m05s left</c>, <c>draining, 3 sessions still running</c>; null where there is nothing to say.</summary>
    public static string? Of(RunProgress progress) => progress switch
    {
        { Ended: true } => null,
        { Draining: true } => $"draining, {progress.AgentsActive} {(progress.AgentsActive == 1 ? "session" : "sessions")} still running",
        { Actions: 0, SessionsStarted: 0 } => "starting",
        { Level: { } level, DurationS: { } duration } => $"level {level}, at most {Clock(Math.Max(0, duration - progress.ElapsedS))} left",
        { DurationS: { } duration } => $"{Clock(Math.Max(0, duration - progress.ElapsedS))} left",
        _ => null,
    };

    /// <summary><c>18 of 20 active</c>; while it drains, none is wanted any more: <c>3 active</c>.</summary>
    public static string Agents(RunProgress progress) => progress.Draining ? $"{progress.AgentsActive} active" : $"{progress.AgentsActive} of {progress.AgentsTarget} active";

    /// <summary>Seconds that go by, as <c>12 s</c> or <c>2m05s</c>.</summary>
    public static string Clock(double seconds) => Math.Round(seconds) is < 60 and var whole ? $"{whole:0} s" : Show.Seconds(Math.Round(seconds));
}
