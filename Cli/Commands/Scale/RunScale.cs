using System.Globalization;
using ApeTest.Cli.Commands.Runs;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
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
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var agents) || agents == 0)
        {
            throw new ApeTestException($"--agents must be a whole number from 1 (got {Show.Cut(Show.Safe(number), 20)})",
                "A run without agents is a stopped one: ape-test stop", ExitCodes.Input);
        }

        // 2. The run.
        using var ladder = new StopLadder(environment.Signals);
        var directory = RunChoice.ToChange(environment, name, $"scale {{0}} --agents {agents}");
        try
        {
            // 3. Scale.
            using var client = ControlClient.Open(directory, environment.Time);
            var before = (await client.GetRunAsync(ladder.Drain)).AgentsTarget;
            await client.ScaleAsync(agents, ladder.Drain);
            environment.Error.WriteLine(before == agents
                ? $"run {directory.Run} has {Show.Count(agents)} agents already"
                : $"run {directory.Run}: {Show.Count(agents)} agents instead of {Show.Count(before)}{(agents < before ? "; the others finish their sessions" : "")}");
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
}
