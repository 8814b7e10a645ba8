using System.Globalization;
using ApeTest.Cli.Commands.Runs;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Cli.Stack;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Scale;

/// <summary>Scales one run. Which numbers a run can have it says itself.</summary>
internal sealed class RunScale(CliEnvironment environment)
{
    /// <summary>1. Judge the number. 2. Find the run. 3. Scale it, and say what it had before. It does not wait for agents to finish.</summary>
    public async Task<int> RunAsync(string? name, string number)
    {
        // 1. The number.
        var agents = Parse(number);

        // 2. The run.
        using var ladder = new StopLadder(environment.Signals);
        var directory = RunChoice.ToChange(environment, name, $"scale {{0}} --agents {agents}");
        try
        {
            // 3. Scale.
            using var client = ControlClient.Open(directory, environment.Time);
            await ScaleAsync(client, directory.Run, agents, ladder.Drain);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            return code;
        }
        catch (ApeTestException e) when (e.ExitCode is ExitCodes.Environment && RunDirectoryReader.StatusOf(directory, environment.Time) is { Ended: true } over)
        {
            throw new ApeTestException($"Run {directory.Run} ended meanwhile: {Show.Safe(over.Status)}.", null, ExitCodes.Input);
        }
    }

    /// <summary>The same with a run of a stack.</summary>
    public async Task<int> RunAsync(StackAddress stack, string? name, string number)
    {
        var agents = Parse(number);
        using var ladder = new StopLadder(environment.Signals);
        using var collector = stack.Client(environment.Time);
        try
        {
            var run = (await StackRuns.ToChangeAsync(collector, name, $"scale {{0}} --agents {agents}", ladder.Drain)).Run;
            using var client = collector.Run(run);
            await ScaleAsync(client, run, agents, ladder.Drain);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            return code;
        }
    }

    private static int Parse(string number) => int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var agents) && agents > 0
        ? agents
        : throw new ApeTestException($"--agents must be a whole number from 1 (got {Show.Cut(Show.Safe(number), 20)})",
            number.Trim() is "0" ? "A run without agents is a stopped one: ape-test stop" : "Write for example: ape-test scale --agents 50", ExitCodes.Input);

    private async Task ScaleAsync(ControlClient client, string run, int agents, CancellationToken cancellationToken)
    {
        var before = (await client.GetRunAsync(cancellationToken)).AgentsTarget;
        await client.ScaleAsync(agents, cancellationToken);
        environment.Error.WriteLine(before == agents
            ? $"run {run} has {Show.Count(agents)} agents already"
            : $"run {run}: {Show.Count(agents)} agents instead of {Show.Count(before)}{(agents < before ? "; the others finish their sessions" : "")}");
    }
}
