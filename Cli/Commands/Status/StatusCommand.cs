using System.CommandLine;
using System.Text.Json;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Status;

/// <summary><c>ape-test status</c>: how a run is doing; from its control API while it runs, from its files afterwards.</summary>
internal static class StatusCommand
{
    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("status", "Show how a run is doing, or how it ended.")
        {
            Examples =
            [
                new("the latest run", "ape-test status"),
                new("each second until it ends", "ape-test status 7f3a --watch"),
            ],
        };
        var run = command.Optional("RUN", "Run id, its beginning or its last four digits. Default: the latest run.");
        var watch = command.Switch("Options", "--watch", "Show it each second until the run ends.");
        var format = OutputFormat.Add(command, "Options", "Text, or one JSON object a line. Default text.");
        command.SetAction((parse, _) => RunAsync(environment, parse.GetValue(run), parse.GetValue(watch), OutputFormat.IsJson(parse, format)));
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, string? run, bool watch, bool json)
    {
        using var ladder = new StopLadder(environment.Signals);
        var directory = RunDirectoryReader.Find(environment.RunsRoot, run);
        var status = RunDirectoryReader.StatusOf(directory, environment.Time);
        if (status.Ended)
        {
            Write(environment, Ended(directory, status), json);
            return ExitCodes.Done;
        }
        try
        {
            using var client = ControlClient.Open(directory, environment.Time);
            if (!watch)
            {
                Write(environment, await client.GetRunAsync(ladder.Drain), json);
                return ExitCodes.Done;
            }
            await foreach (var progress in client.EventsAsync(ladder.Drain))
            {
                Write(environment, progress, json);
                await environment.Out.FlushAsync();
            }
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            return code;
        }
        catch (ApeTestException) when (RunDirectoryReader.StatusOf(directory, environment.Time) is { Ended: true } over)
        {
            // It ended while we asked.
            Write(environment, Ended(directory, over), json);
            return ExitCodes.Done;
        }
    }

    private static RunProgress Ended(RunDirectory directory, RunStatus status) =>
        RunDirectoryReader.ReadSummary(directory) is { } summary
            ? RunProgress.From(summary) with { Status = status.Status }
            : new RunProgress { Run = directory.Run, Scenario = status.File?.Scenario ?? "unknown", Status = status.Status, Started = status.File?.Started };

    private static void Write(CliEnvironment environment, RunProgress progress, bool json)
    {
        if (json)
        {
            environment.Out.WriteLine(JsonSerializer.Serialize(progress, RunsJson.Line.RunProgress));
        }
        else
        {
            StatusText.Write(environment.Out, progress);
        }
    }
}
