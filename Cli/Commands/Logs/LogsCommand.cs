using System.CommandLine;
using ApeTest.Cli.Commands.Runs;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Cli.Stack;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Logs;

/// <summary><c>ape-test logs</c>: the lines of all services of a run as one log in order of time.</summary>
internal static class LogsCommand
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("logs", "Show what the services of a run logged, as one log in order of time.")
        {
            Examples =
            [
                new("the journey of one session through all services", "ape-test logs --grep 4bf92f3577b34da6a3ce929d0e0e4736"),
                new("warnings and errors of the gateway, as they come", "ape-test logs --follow --service gateway --level warn"),
                new("answers that were server errors", "ape-test logs --regex '\"status\":5\\d\\d'"),
                new("the last two minutes of agent 3, for a program", "ape-test logs --agent 3 --since 2m --format json"),
            ],
        };
        var run = command.Optional("RUN", "Run id, its beginning or its last four digits. Default: the latest run that is no try.");
        var options = new LogsOptions(command);
        var follow = command.Switch("Output", "--follow", "Go on with new lines until the run ends.", "-f");
        var format = OutputFormat.Add(command, "Output", "Aligned text, or the JSON lines as they were written. Default text.");
        var stack = new StackOptions(command, "Show the log of a run of the stack there.");
        command.SetAction((parse, _) =>
        {
            var json = OutputFormat.IsJson(parse, format);
            // Wrong filters are told before a missing run.
            var directory = new Lazy<RunDirectory>(() => RunChoice.ToShow(environment, parse.GetValue(run)));
            if (stack.Of(parse, environment) is { } address)
            {
                var wanted = options.ToQuery(parse, static () => null, environment.Time.GetUtcNow());
                var shown = new LogOutput(environment, json, new LogText(Paint.ForOutput(environment, NoColor.Of(parse))));
                return new StackLogs(environment, address, shown).ShowAsync(parse.GetValue(run), wanted, parse.GetValue(follow));
            }
            var query = options.ToQuery(parse, () => RunDirectoryReader.StatusOf(directory.Value, environment.Time).File, environment.Time.GetUtcNow());
            var output = new LogOutput(environment, json, new LogText(Paint.ForOutput(environment, NoColor.Of(parse))));
            return ShowAsync(environment, directory.Value, query, output, parse.GetValue(follow));
        });
        return command;
    }

    private static async Task<int> ShowAsync(CliEnvironment environment, RunDirectory directory, LogQuery query, LogOutput output, bool follow)
    {
        using var ladder = new StopLadder(environment.Signals);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ladder.Drain, environment.OutputLost);
        if (LokiLogs.Of(environment, directory) is { } loki)
        {
            var run = new LokiRun(directory.Run, RunDirectoryReader.StatusOf(directory, environment.Time).File?.Started,
                follow && MayGrow(directory, environment.Time) ? _ => ValueTask.FromResult(IsOver(directory, environment.Time)) : null);
            return await LokiLogs.ShowAsync(environment, loki, run, query, output, ladder, stop.Token);
        }
        using var reader = new LogReader(directory.Logs, query);
        try
        {
            if (follow && MayGrow(directory, environment.Time))
            {
                var follower = new LogFollower(reader, () => IsOver(directory, environment.Time), environment.Time);
                await foreach (var lines in follower.FollowAsync(stop.Token))
                {
                    output.Write(lines);
                    await environment.Out.FlushAsync(stop.Token);
                }
            }
            else
            {
                await foreach (var line in reader.ReadAsync(stop.Token))
                {
                    output.Write(line);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Whoever read the lines has seen enough: that is no error.
            return ladder.ExitCode ?? ExitCodes.Done;
        }
        output.TellLosses(reader.Losses);
        if (output.Lines == 0)
        {
            environment.Error.WriteLine($"no such lines in run {directory.Run}");
        }
        return ExitCodes.Done;
    }

    /// <summary>Whether lines may still come. Services write their last ones just after the run has ended.</summary>
    private static bool MayGrow(RunDirectory directory, TimeProvider time) => !IsOver(directory, time)
        || time.GetUtcNow() - RunDirectoryReader.StatusOf(directory, time).File?.Heartbeat < RunDirectoryReader.Stale;

    /// <summary>Whether the run has ended. Between the making of its directory and its first sign of life it has not begun.</summary>
    private static bool IsOver(RunDirectory directory, TimeProvider time)
    {
        var status = RunDirectoryReader.StatusOf(directory, time);
        return status.Ended
            && (status.File is not null || time.GetUtcNow() - Directory.GetLastWriteTimeUtc(directory.Path) > LongestStart);
    }
}
