using ApeTest.Cli.Execution;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Try;

/// <summary>One trial, from the scenario to the exit code and the file that keeps it.</summary>
internal sealed class TryRun(CliEnvironment environment, TryRequest request)
{
    /// <summary>1. Judge the input. 2. Run the session and tell it. 3. Keep it as a scenario.</summary>
    public async Task<int> RunAsync()
    {
        // 1. Input: nothing is started or written for a mistake in it.
        var loaded = LocalRun.Load(request.Input);
        var save = new SaveOffer(environment, request, loaded);
        save.Check();
        Introduce();

        // 2. The session.
        var result = await TellAsync();
        if (result is not { Code: ExitCodes.Done, Trial: { } trial })
        {
            save.Refused();
            return result.Code;
        }

        // 3. The scenario. No signal is listened to any more: Ctrl+C ends a question as it ends any program.
        save.Keep(trial);
        return ExitCodes.Done;
    }

    private async Task<(int Code, TrialResult? Trial)> TellAsync()
    {
        using var ladder = new StopLadder(environment.Signals);
        ITrialView view = request.Json ? new TrialJson(environment) : new TrialText(environment, Paint.ForOutput(environment, request.NoColor), request.Full);
        try
        {
            var trial = await new Trial(environment, request.Input, request.Options).RunAsync(view, ladder);
            return (trial.ExitCode, trial);
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            return (code, null);
        }
    }

    private void Introduce()
    {
        if (request.Input.IsDemonstration)
        {
            environment.Error.WriteLine("no scenario, no --target and no --goal: this tries the sample shop");
            environment.Error.WriteLine("  your application: ape-test try --target URL --openapi PATH --goal TEXT");
        }
        else if (request.Input.FileName is { } file)
        {
            environment.Error.WriteLine($"scenario {file}");
        }
    }
}
