using ApeTest.Cli.Progress;
using ApeTest.Cli.Rendering;
using ApeTest.Runs.Control;

namespace ApeTest.Cli.Commands.Status;

/// <summary>The figures of a run in a few lines.</summary>
internal static class StatusText
{
    public static void Write(TextWriter output, RunProgress progress)
    {
        var planned = progress is { Ended: false, DurationS: { } duration } ? $" of {Show.Seconds(duration)}" : string.Empty;
        var phase = RunPhase.Of(progress) is { } text ? $", {text}" : string.Empty;
        output.WriteLine($"{progress.Run}  {Show.Cut(Show.Safe(progress.Scenario), 30)}  {Show.Safe(progress.Status)}  {Show.Seconds(progress.ElapsedS)}{planned}{phase}");
        if (!progress.Ended)
        {
            output.WriteLine($"  agents    {RunPhase.Agents(progress)}, {progress.ActionsPerSecond:0.#} actions/s");
        }
        output.WriteLine($"  sessions  {Show.Count(progress.SessionsStarted)} started, {Show.Count(progress.Succeeded)} succeeded, {Show.Share(progress.SuccessRate)}");
        output.WriteLine($"            {Show.Count(progress.Failed)} failed, {Show.Count(progress.Stuck)} stuck, {Show.Count(progress.AgentError)} agent_error, {Show.Count(progress.Aborted)} aborted");
        output.WriteLine($"  MTBA      {Show.Seconds(progress.MtbaMeanS)} mean, {Show.Seconds(progress.MtbaActiveP95S)} p95 without think");
        output.WriteLine($"  p95       TTFT {Show.Seconds(progress.TtftP95S)}, action {Show.Seconds(progress.ActionP95S)}");
        output.WriteLine($"  cost      {Show.Dollars(progress.CostUsd)}, {Show.Count(progress.Tokens)} tokens");
    }
}
