using ApeTest.Cli.Errors;
using ApeTest.Cli.Input;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Cli.Commands.Try;

/// <summary>Keeps what was tried as a scenario file: where <c>--save</c> says, or where a person says who is asked.</summary>
internal sealed class SaveOffer(CliEnvironment environment, TryRequest request, ScenarioLoadResult loaded)
{
    private const string Usual = ".yaml";

    /// <summary>Checks before the session that it could be kept in the file of <c>--save</c>; otherwise <see cref="ApeTestException"/> (exit 2 or 3).</summary>
    public void Check()
    {
        if (request.SaveFile is not { } file)
        {
            return;
        }
        SavedFile.Check(environment.Absolute(file), file, request.Force);
        if (!loaded.ThrowIfInvalid().Journeys.IsEmpty)
        {
            throw new ApeTestException("--save: the scenario has journeys, which it does not write", "Copy the file, and change the copy.", ExitCodes.Input);
        }
        if (SavedScenario.SecretFeed(loaded.ThrowIfInvalid()) is { } feed && !request.Input.IsDemonstration)
        {
            throw new ApeTestException($"--save: the feed '{feed}' holds secret values in the scenario itself, and secrets are not written to another file",
                $"Put its rows into a file and name it (data: {{ {feed}: {{ csv: {feed}.csv }} }}), then save.", ExitCodes.Input);
        }
    }

    /// <summary>The session did not succeed: says that nothing was saved, if something was to be.</summary>
    public void Refused()
    {
        if (request.SaveFile is { } file)
        {
            environment.Error.WriteLine($"not saved to {file}: the session did not succeed");
        }
    }

    /// <summary>Saves, or asks whether and where.</summary>
    public void Keep(TrialResult result)
    {
        if (request.SaveFile is { } file)
        {
            Write(result, file, request.Force);
        }
        else if (CanAsk())
        {
            Ask(result);
        }
    }

    private bool CanAsk() => !request.Json && environment.InputIsTerminal && environment.ErrorIsTerminal
        && IsNew() && loaded.ThrowIfInvalid().Journeys.IsEmpty && SavedScenario.SecretFeed(loaded.ThrowIfInvalid()) is null;

    /// <summary>Whether there is anything that no file says yet.</summary>
    private bool IsNew() => !request.Input.IsDemonstration && (request.Input.FileName is null
        || loaded.Resolved.Values.Any(value => value.Source.StartsWith("cli:", StringComparison.Ordinal) || value.Source.StartsWith("env:", StringComparison.Ordinal)));

    private void Ask(TrialResult result)
    {
        var suggested = Suggested();
        environment.Error.WriteLine();
        environment.Error.Write($"save as scenario? Enter for {suggested}, another name, or n: ");
        environment.Error.Flush();
        var answer = environment.In.ReadLine()?.Trim();
        if (answer is null or "n" or "N" or "no")
        {
            return;
        }
        try
        {
            Write(result, answer is "" or "y" or "Y" or "yes" ? suggested : answer, force: false);
        }
        catch (ApeTestException exception)
        {
            // The session itself went well: a name that cannot be had does not undo that.
            ErrorReport.Write(environment, exception);
        }
    }

    private void Write(TrialResult result, string file, bool force)
    {
        var path = environment.Absolute(file);
        SavedFile.Check(path, file, force);
        var saved = new SavedScenario(environment, request.Input, loaded, result).Write(path);
        SavedFile.Write(path, file, saved.Text, force);
        environment.Error.WriteLine($"saved {file}");
        foreach (var note in saved.Notes)
        {
            environment.Error.WriteLine($"  {note}");
        }
        environment.Error.WriteLine($"  ape-test start {file}");
    }

    // The name that start reads by itself; where it is taken, one that is free.
    private string Suggested()
    {
        for (var number = 1; ; number++)
        {
            var name = number == 1 ? ScenarioInput.DefaultFile : $"{Path.GetFileNameWithoutExtension(ScenarioInput.DefaultFile)}-{number}{Usual}";
            if (!File.Exists(environment.Absolute(name)))
            {
                return name;
            }
        }
    }
}
