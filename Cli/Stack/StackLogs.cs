using ApeTest.Cli.Commands.Logs;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Control;
using ApeTest.Runs.Logs;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Stack;

/// <summary>Shows the log of a run of a stack: from Loki where APETEST_LOKI names one, else as far as the stack's collector has it.</summary>
internal sealed class StackLogs(CliEnvironment environment, StackAddress stack, LogOutput output)
{
    public async Task<int> ShowAsync(string? name, LogQuery query, bool follow)
    {
        using var ladder = new StopLadder(environment.Signals);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ladder.Drain, environment.OutputLost);
        using var collector = stack.Client(environment.Time);
        try
        {
            var run = await StackRuns.ToShowAsync(environment, collector, name, stop.Token);
            using var client = collector.Run(run.Run);
            if (LokiLogs.Of(environment) is { } loki)
            {
                var wanted = new LokiRun(run.Run, run.Started, follow ? cancel => IsOverAsync(client, cancel) : null);
                return await LokiLogs.ShowAsync(environment, loki, wanted, query, output, ladder, stop.Token);
            }
            await foreach (var line in client.LogsAsync(query, follow, stop.Token))
            {
                if (LogLine.Parse(line) is { } parsed)
                {
                    output.Write(parsed);
                }
                if (follow)
                {
                    await environment.Out.FlushAsync(stop.Token);
                }
            }
            if (output.Lines == 0)
            {
                environment.Error.WriteLine($"no such lines in run {run.Run}");
            }
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Whoever read the lines has seen enough: that is no error.
            return ladder.ExitCode ?? ExitCodes.Done;
        }
    }

    private static async ValueTask<bool> IsOverAsync(ControlClient client, CancellationToken cancellationToken) =>
        (await client.GetRunAsync(cancellationToken)).Ended;
}
