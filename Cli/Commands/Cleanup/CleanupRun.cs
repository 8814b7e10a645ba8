using ApeTest.Cli.Deploy;
using ApeTest.Cli.Embedded;
using ApeTest.Cli.Errors;
using ApeTest.Cli.Signals;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Cleanup;

/// <summary>Removes stacks and runs. One that is in use stays and is named; what cannot be removed is told, and the rest is removed all the same.</summary>
internal sealed class CleanupRun(CliEnvironment environment, CleanupRequest request)
{
    private readonly DockerCommand _docker = new(environment);
    private int _failures;

    /// <summary>1. Stacks of this directory. 2. Those of the machine. 3. Ended runs. Exit code 5 where something could not be removed.</summary>
    public async Task<int> RunAsync()
    {
        using var ladder = new StopLadder(environment.Signals);
        try
        {
            // 1. This directory's.
            var here = StackDirectory.List(environment.CurrentDirectory);
            foreach (var stack in here.Where(IsOld))
            {
                await RemoveStackAsync(stack, ladder.Drain);
            }

            // 2. The machine's.
            if (request is { All: true, OlderThan: null })
            {
                await RemoveElsewhereAsync([.. here.Select(stack => stack.Project)], ladder.Drain);
            }

            // 3. Runs.
            if (request.All || request.OlderThan is not null)
            {
                RemoveRuns();
            }
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            environment.Error.WriteLine("stopped; the same command removes the rest");
            return code;
        }
        return _failures == 0 ? ExitCodes.Done : ExitCodes.Partial;
    }

    private async Task RemoveStackAsync(StackDirectory stack, CancellationToken cancellationToken)
    {
        if (stack.Read() is { IsInUse: true, Pid: var pid })
        {
            environment.Error.WriteLine($"stack {stack.Project} stays: process {pid} runs on it; end that first (ape-test stop, or Ctrl+C there)");
            return;
        }
        await TryAsync(async () =>
        {
            await RemoveProjectAsync(stack.Project, cancellationToken);
            Tell($"files {environment.Shown(stack.Path)}");
            if (!request.DryRun)
            {
                stack.Delete();
            }
        });
    }

    private async Task RemoveElsewhereAsync(IReadOnlyCollection<string> known, CancellationToken cancellationToken) => await TryAsync(async () =>
    {
        // Without an engine there are no containers: nothing of theirs is left undone.
        if (await _docker.AbsenceAsync(cancellationToken) is { } why)
        {
            environment.Error.WriteLine($"no containers to clean: {why}");
            return;
        }
        var removal = new StackRemoval(_docker);
        foreach (var project in (await removal.ProjectsAsync(cancellationToken)).Where(project => !known.Contains(project)))
        {
            // Whose it is stands in its own folder: another command may be using it.
            if (await removal.DirectoryAsync(project, cancellationToken) is { } path && new StackDirectory(path) is var there && there.Project == project && there.Read() is not null)
            {
                await RemoveStackAsync(there, cancellationToken);
            }
            else
            {
                await RemoveProjectAsync(project, cancellationToken);
            }
        }
    });

    private async Task RemoveProjectAsync(string project, CancellationToken cancellationToken)
    {
        var removal = new StackRemoval(_docker);
        foreach (var part in await removal.ListAsync(project, cancellationToken))
        {
            Tell(part);
        }
        if (!request.DryRun)
        {
            await removal.RemoveAsync(project, cancellationToken);
        }
    }

    private void RemoveRuns()
    {
        foreach (var run in RunDirectoryReader.List(environment.RunsRoot))
        {
            if (!RunDirectoryReader.StatusOf(run, environment.Time).Ended || !IsOld(Directory.GetLastWriteTimeUtc(run.Path)))
            {
                continue;
            }
            Tell($"run {run.Run}");
            if (!request.DryRun)
            {
                _ = TryAsync(() =>
                {
                    File.Delete(ScrapeTargets.FileOf(run));
                    Directory.Delete(run.Path, recursive: true);
                    return Task.CompletedTask;
                });
            }
        }
    }

    private bool IsOld(StackDirectory stack) => request.OlderThan is null || IsOld((stack.Read()?.Created ?? Directory.GetLastWriteTimeUtc(stack.Path)).UtcDateTime);

    private bool IsOld(DateTime utc) => request.OlderThan is not { } age || environment.Time.GetUtcNow().UtcDateTime - utc > age;

    private void Tell(string what) => environment.Out.WriteLine($"{(request.DryRun ? "would remove" : "removed")} {what}");

    private async Task TryAsync(Func<Task> remove)
    {
        try
        {
            await remove();
        }
        catch (Exception e) when (e is ApeTestException or IOException or UnauthorizedAccessException)
        {
            _failures++;
            ErrorReport.Write(environment, e.Message, (e as ApeTestException)?.Hint);
        }
    }
}
