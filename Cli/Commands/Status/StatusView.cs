using System.Text.Json;
using ApeTest.Cli.Commands.Runs;
using ApeTest.Cli.Progress;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Cli.Stack;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Status;

/// <summary>Shows one run: once, or each second until it ends. Leaving (Ctrl+C) changes nothing about the run.</summary>
internal sealed class StatusView(CliEnvironment environment, bool json, bool noColor)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(1);

    /// <summary>Shows the run that <paramref name="run"/> names.</summary>
    public async Task<int> RunAsync(string? run, bool watch)
    {
        using var ladder = new StopLadder(environment.Signals);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(ladder.Drain, environment.OutputLost);
        var directory = RunChoice.ToShow(environment, run);
        var status = RunDirectoryReader.StatusOf(directory, environment.Time);
        if (status.Ended || !(watch || CanAnswer(status)))
        {
            WriteFromFiles(directory, status);
            return ExitCodes.Done;
        }
        try
        {
            await BeginAsync(directory, status, leave.Token);
            using var client = ControlClient.Open(directory, environment.Time);
            return await ShowAsync(client, watch, ladder, leave);
        }
        catch (ApeTestException) when (RunDirectoryReader.StatusOf(directory, environment.Time) is { Ended: true } over)
        {
            // It ended while we asked.
            WriteFromFiles(directory, over);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            return ladder.ExitCode ?? ExitCodes.Done;
        }
    }

    /// <summary>Until a run that waits for its turn has it, or has left its queue.</summary>
    private async Task BeginAsync(RunDirectory directory, RunStatus status, CancellationToken cancellationToken)
    {
        if (status.Waits)
        {
            environment.Error.WriteLine($"run {directory.Run} waits for its turn");
        }
        while (status.Waits)
        {
            await Task.Delay(Again, environment.Time, cancellationToken);
            status = RunDirectoryReader.StatusOf(directory, environment.Time);
        }
    }

    /// <summary>Shows the run of a stack that <paramref name="run"/> names.</summary>
    public async Task<int> RunAsync(StackAddress stack, string? run, bool watch)
    {
        using var ladder = new StopLadder(environment.Signals);
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(ladder.Drain, environment.OutputLost);
        using var collector = stack.Client(environment.Time);
        try
        {
            using var client = collector.Run((await StackRuns.ToShowAsync(environment, collector, run, leave.Token)).Run);
            return await ShowAsync(client, watch, ladder, leave);
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            return ladder.ExitCode ?? ExitCodes.Done;
        }
    }

    private async Task<int> ShowAsync(ControlClient client, bool watch, StopLadder ladder, CancellationTokenSource leave)
    {
        try
        {
            if (watch)
            {
                await WatchAsync(client, leave, ladder.Drain);
            }
            else
            {
                Write(await client.GetRunAsync(leave.Token));
            }
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (leave.IsCancellationRequested)
        {
            // Or nobody reads on, as `| head -1` does.
            return ladder.ExitCode ?? ExitCodes.Done;
        }
    }

    private static bool CanAnswer(RunStatus status) => status is { Silent: false, File.ControlUrl: not null };

    private async Task WatchAsync(ControlClient client, CancellationTokenSource leave, CancellationToken interrupted)
    {
        if (json || !LiveTerminal.CanShow(environment, environment.OutputIsTerminal))
        {
            await foreach (var progress in client.EventsAsync(leave.Token))
            {
                WriteMoment(progress);
                await environment.Out.FlushAsync(leave.Token);
            }
            return;
        }
        RunProgress? last = null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(leave.Token);
        var view = new LiveProgress(environment, environment.Out, noColor, new WatchControls(client, "leave", leave.Cancel));
        var shown = Task.CompletedTask;
        try
        {
            await foreach (var progress in client.EventsAsync(leave.Token))
            {
                var first = last is null;
                last = progress;
                if (first)
                {
                    shown = view.ShowAsync(() => new RunSnapshot(last), end.Token);
                }
            }
        }
        catch (OperationCanceledException) when (!environment.OutputLost.IsCancellationRequested && !interrupted.IsCancellationRequested)
        {
            // Left by a key.
        }
        finally
        {
            // The view goes; what it showed last stays.
            await end.CancelAsync();
            await shown;
            if (last is not null)
            {
                Write(last);
            }
        }
    }

    private void WriteMoment(RunProgress progress)
    {
        if (json || progress.Ended)
        {
            Write(progress);
        }
        else
        {
            environment.Out.WriteLine(PlainProgress.Line(progress));
        }
    }

    private void WriteFromFiles(RunDirectory directory, RunStatus status)
    {
        if (status is { Silent: true, File: { } file })
        {
            var silence = Show.Duration(environment.Time.GetUtcNow() - file.Heartbeat);
            environment.Error.WriteLine($"no sign of life for {silence}: its process {file.Pid} is suspended (Ctrl+Z) or cannot keep up; these are its last figures");
        }
        Write(RunDirectoryReader.ReadProgress(directory, environment.Time));
    }

    private void Write(RunProgress progress)
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
