using ApeTest.Runs.Control;

namespace ApeTest.Cli.Progress;

/// <summary>Progress without a terminal: one plain line every 10 s on standard error.</summary>
internal sealed class PlainProgress(CliEnvironment environment) : IRunProgressView
{
    /// <summary>Time between two lines.</summary>
    public static TimeSpan Interval { get; } = TimeSpan.FromSeconds(10);

    public bool ShowsStopping => false;

    public async Task ShowAsync(Func<RunSnapshot> read, CancellationToken end)
    {
        using var timer = new PeriodicTimer(Interval, environment.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                environment.Error.WriteLine(Line(read().Progress));
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    /// <summary>One line of at most 120 columns.</summary>
    public static string Line(RunProgress progress)
    {
        var phase = RunPhase.Of(progress) is { } text ? $", {text}" : string.Empty;
        var bad = progress.Failed + progress.Stuck + progress.AgentError;
        return $"{RunPhase.Clock(progress.ElapsedS)}: {Show.Count(progress.AgentsActive)} agents, {Show.Count(progress.Succeeded)} succeeded, "
            + $"{Show.Count(bad)} not, rate {Show.Share(progress.SuccessRate)}, MTBA {Show.Seconds(progress.MtbaMeanS)}, "
            + $"TTFT p95 {Show.Seconds(progress.TtftP95S)}{phase}";
    }
}
