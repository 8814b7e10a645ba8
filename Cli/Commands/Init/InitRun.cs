using ApeTest.Cli.Commands.Init.Survey;
using ApeTest.Cli.Commands.Init.Wizard;
using ApeTest.Cli.Commands.Init.Writing;
using ApeTest.Cli.Input;
using ApeTest.Cli.Rendering;
using ApeTest.Cli.Signals;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Init;

/// <summary>1. Find the answers, by asking or not. 2. See what is in the way. 3. Write everything or nothing. 4. Say what to do next.</summary>
internal sealed class InitRun(CliEnvironment environment, InitRequest request, bool noColor)
{
    /// <summary>Runs; 130 after Ctrl+C, which leaves nothing behind.</summary>
    public async Task<int> RunAsync()
    {
        using var ladder = new StopLadder(environment.Signals);
        try
        {
            var asks = !request.Yes;
            if (asks && !(environment.InputIsTerminal && environment.ErrorIsTerminal))
            {
                throw new ApeTestException("init asks questions, and there is no terminal to answer at",
                    "Add -y: flags answer what matters to you (--target URL, --goal TEXT, --template NAME), defaults the rest.", ExitCodes.Input);
            }
            // 1. Answers.
            var wizard = asks ? new InitWizard(environment, request, noColor) : null;
            var answers = wizard is null ? await DecideAsync(ladder.Drain) : await wizard.AskAsync(ladder.Drain);

            // 2. What is in the way.
            var files = new FileSet(request.Directory, request.Shown, InitFiles.Of(answers, environment.Variables));
            files.Check();
            if (files.Existing is { Count: > 0 } existing && !request.Force)
            {
                files = wizard is null ? throw Refusal(existing) : files.Without(await wizard.KeptAsync(existing, ladder.Drain));
            }

            // 3. All or nothing.
            ladder.Drain.ThrowIfCancellationRequested();
            files.Write();

            // 4. What next.
            Tell(answers, files);
            return ExitCodes.Done;
        }
        catch (OperationCanceledException) when (ladder.ExitCode is { } code)
        {
            environment.Error.WriteLine();
            environment.Error.WriteLine("stopped: nothing was written");
            return code;
        }
    }

    private async Task<InitAnswers> DecideAsync(CancellationToken cancellationToken)
    {
        if (request.Target is null)
        {
            return request.Goals.Count == 0
                ? InitDefaults.OfTemplate(request, request.Template ?? InitDefaults.Template)
                : throw new ApeTestException("--goal says what to do at a target, and no --target is given", "Add --target URL; ape-test shop runs one to try on.", ExitCodes.Input);
        }
        if (request.Template is { IsJourney: true } journey)
        {
            return InitDefaults.OfTemplate(request, journey);
        }
        var headers = InitHeaders.Of(request.Header, environment.Variables);
        var findings = await new TargetSurvey(environment.Time, environment.CurrentDirectory, request.Login is not null, suggests: request.Goals.Count == 0).LookAsync(request.Target, request.OpenApi, request.GraphQl, headers, request.Template, cancellationToken);
        // Who says what to do and what proves it knows the target better than its refusal does.
        if (findings.Refusal is { } refusal && request.Success is null)
        {
            throw new ApeTestException(refusal, request.Header is null
                ? "Give the credentials: --header 'Authorization: Bearer ${API_TOKEN}' in single quotes. Where it has no such document, say what it is: --template web, graphql, mcp or llm."
                : $"It does not take what {request.Header.Value.Name} holds: check the variable. Where it has no such document, say what it is: --template web, graphql, mcp or llm.", ExitCodes.Input);
        }
        var answers = InitDefaults.OfTarget(request, findings);
        environment.Error.WriteLine(Show.Safe($"found at {findings.Url}: {findings.Words}"));
        if (findings.Warning is { } warning)
        {
            environment.Error.WriteLine(Show.Safe($"warning: {warning}. The scenario is written all the same: see that this is as it should be before you start a run"));
        }
        if (request.Header is null && findings.Key is { } key)
        {
            environment.Error.WriteLine(key.Header is null
                ? "warning: its API wants a key that no header carries, which init cannot write: put it into the scenario's URLs or steps"
                : Show.Safe($"warning: its API wants credentials in the header {key.Header}: init again with --header '{key.Header}: {key.Value(key.Header, key.Variable)}', where the variable holds {key.Words}"));
        }
        return answers;
    }

    private ApeTestException Refusal(IReadOnlyList<NewFile> existing) => new(
        $"{(existing.Count == 1 ? "a file exists" : $"{existing.Count} files exist")} already in {request.Shown}: {string.Join(", ", existing.Select(static file => file.Path))}",
        "Nothing was written. Name another directory (ape-test init DIR), or add --force to replace them.", ExitCodes.Input);

    private string Shown(NewFile file)
    {
        var path = environment.Shown(Path.GetFullPath(file.Path.TrimEnd('/'), request.Directory));
        return file.WriteFolder is null ? path : path + "/";
    }

    private void Tell(InitAnswers answers, FileSet files)
    {
        foreach (var file in files.Files)
        {
            environment.Out.WriteLine($"{Shown(file),-34}  {file.What}");
        }
        var enter = request.Shown == "." ? string.Empty : $"cd {ShellWord.OfPath(request.Shown)} && ";
        var goals = answers.Goals.Select(static goal => $"goal {goal.Name}: {goal.Text}");
        foreach (var goal in goals)
        {
            environment.Error.WriteLine(Show.Safe(goal));
        }
        if (answers.UsersAreMadeUp)
        {
            environment.Error.WriteLine($"warning: {InitFiles.Users} holds a made-up user, since the API shows none: put real test users in first");
        }
        if (answers.Sample is null && answers.Template is { } template)
        {
            environment.Error.WriteLine($"the steps of {ScenarioInput.DefaultFile} are those of the sample ({template}): change paths and checks to your service's");
        }
        if (answers.UsersArePrivate)
        {
            environment.Error.WriteLine($"{InitFiles.Users} is kept out of git; the workflow takes it from the secret USERS_CSV");
        }
        environment.Error.WriteLine();
        var (start, trial) = ($"{enter}ape-test start   releases the agents", $"{enter}ape-test try     one session, step by step");
        var (first, second) = answers.Goals.IsEmpty ? (start, trial) : (trial, start);
        environment.Error.WriteLine($"next  {first}");
        environment.Error.WriteLine($"      {second}");
    }
}
