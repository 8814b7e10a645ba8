using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Cli.Execution;
using ApeTest.Cli.Execution.Workers;
using ApeTest.Cli.Readiness;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Start.Detached;

/// <summary>
/// <c>start --detach</c> as the user sees it: starts a <see cref="DetachedProcess"/>, passes on what that says until its run is on its
/// way, then tells the run's id. A run that does not get that far ends as in the foreground: same messages, same exit code, nothing left.
/// </summary>
internal sealed class DetachedStart(CliEnvironment environment, StartRequest request)
{
    // A process that was told to stop has its services to stop, at most 3 s each.
    private static readonly TimeSpan StopLimit = TimeSpan.FromSeconds(15);

    /// <summary>1. Judge the input, and ask what must be asked: only here can someone answer. 2. Start the process. 3. Follow it until its run is on its way. 4. Tell the run.</summary>
    public async Task<int> RunAsync()
    {
        // 1. Input.
        using var ladder = new StopLadder(environment.Signals);
        var scenario = LocalRun.Load(request.Input).ThrowIfInvalid();
        if (request.Workers is { } count)
        {
            WorkerRequest.Local(count, environment);
        }
        SummaryOutput.CheckWritable(environment, request.OutFile);
        new TargetConsent(environment, request.Confirmed).Ask(scenario, ToolCatalog.Generic(scenario.Target.Url));

        // 2. The process.
        using var process = Start();

        // 3. Its beginning.
        var begun = FollowAsync(process);
        string? run;
        try
        {
            run = await begun.WaitAsync(ladder.Drain);
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            process.StandardInput.Close();
            await EndAsync(process);
            await begun;
            return code;
        }
        if (run is null)
        {
            await process.WaitForExitAsync(CancellationToken.None);
            return process.ExitCode;
        }
        process.StandardInput.Write('\n');
        process.StandardInput.Flush();

        // 4. The run.
        Tell(new RunDirectory(Path.Combine(environment.RunsRoot, run)));
        return ExitCodes.Done;
    }

    private static async Task EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(StopLimit);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }

    private Process Start()
    {
        var start = OwnProgram.AgainAsCalled(environment.CurrentDirectory);
        start.Environment[DetachedProcess.Variable] = "1";
        return Process.Start(start)!;
    }

    /// <summary>Passes on what the process says. Returns the run's id, or null where it ended before there was a run.</summary>
    private async Task<string?> FollowAsync(Process process)
    {
        var output = process.StandardError;
        var buffer = new char[4096];
        while (await output.ReadAsync(buffer) is > 0 and var count)
        {
            var text = buffer.AsMemory(0, count);
            var end = text.Span.IndexOf(DetachedProcess.EndOfMessages);
            environment.Error.Write(text.Span[..(end < 0 ? count : end)]);
            if (end >= 0)
            {
                var rest = text[(end + 1)..].ToString();
                return rest.EndsWith('\n') ? rest.TrimEnd() : rest + await output.ReadLineAsync();
            }
        }
        return null;
    }

    private void Tell(RunDirectory directory)
    {
        if (request.Json)
        {
            var file = RunDirectoryReader.StatusOf(directory, environment.Time).File;
            environment.Out.WriteLine(JsonSerializer.Serialize(
                new DetachedRun(directory.Run, directory.Path, file?.ControlUrl, file?.Pid), DetachedRunJson.Default.DetachedRun));
            return;
        }
        environment.Out.WriteLine(directory.Run);
        var shortest = directory.Run[^4..];
        new StartMessages(environment, request.Quiet).Say($"""
              it goes on in the background: ape-test status {shortest} --watch
              its summary and messages: {environment.Shown(directory.ConsoleFile)}
            """);
    }
}

/// <summary>A run that was started in the background; on a stack it has no directory and no process here.</summary>
internal sealed record DetachedRun(string Run, string? Directory, Uri? ControlUrl, int? Pid);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(DetachedRun))]
internal sealed partial class DetachedRunJson : JsonSerializerContext;
