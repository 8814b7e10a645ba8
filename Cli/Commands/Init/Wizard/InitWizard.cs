using System.Collections.Immutable;
using ApeTest.Cli.Commands.Init.Survey;
using ApeTest.Cli.Commands.Init.Writing;
using ApeTest.Cli.Templates;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Init.Wizard;

/// <summary>The questions, one after another. What a flag answers is not asked. Cancelling ends it at any question.</summary>
internal sealed class InitWizard(CliEnvironment environment, InitRequest request, bool noColor)
{
    private const string Own = "my own application, at a URL";
    private const string OwnGoal = "another, in my own words";

    private readonly Questions _questions = new(environment, noColor);

    /// <summary>Asks all of them.</summary>
    public async Task<InitAnswers> AskAsync(CancellationToken cancellationToken)
    {
        _questions.Title("ape-test init", $"Writes a scenario to {(request.Shown == "." ? "this directory" : request.Shown)}. Enter takes what is suggested; Ctrl+C leaves nothing behind.");
        var answers = await TargetAsync(cancellationToken);
        var agents = request.Agents ?? await _questions.TextAsync("How many simulated users at a time?", "Each runs sessions one after another. Begin small.",
            $"{answers.Agents}", static text => InitFields.Agents("agents", text), cancellationToken);
        var duration = request.Duration ?? await _questions.TextAsync("For how long?", "30s, 5m, 1h. No new session starts after it.",
            answers.Duration, static text => InitFields.Duration("duration", text), cancellationToken);
        var model = request.Model ?? (answers.Template is { } template && Find(template).IsJourney ? answers.Model : await ModelAsync(cancellationToken));
        return answers with { Agents = agents, Duration = duration, Model = model };
    }

    /// <summary>Asks of each file that exists whether it is replaced; returns the paths of those that stay.</summary>
    public async Task<IReadOnlyCollection<string>> KeptAsync(IReadOnlyList<NewFile> existing, CancellationToken cancellationToken)
    {
        var kept = new List<string>();
        foreach (var file in existing)
        {
            if (!await _questions.ConfirmAsync($"{file.Path} exists. Replace it?", otherwise: false, cancellationToken))
            {
                kept.Add(file.Path);
            }
        }
        return kept;
    }

    private async Task<InitAnswers> TargetAsync(CancellationToken cancellationToken)
    {
        if (request.Template is { } named && (request.Target is null || named.IsJourney))
        {
            return InitDefaults.OfTemplate(request, named);
        }
        if (request.Target is null)
        {
            var samples = InitTemplate.All.Select(static template => $"a sample: {template.Summary}").ToList();
            var chosen = await _questions.ChooseAsync("What do you want to test?", "A sample comes with ApeTest and runs at once.", [Own, .. samples], cancellationToken);
            if (chosen != Own)
            {
                return InitDefaults.OfTemplate(request, InitTemplate.All[samples.IndexOf(chosen)]);
            }
        }
        var findings = await FindAsync(cancellationToken);
        InitDefaults.CheckLogin(request, findings);
        var goals = await GoalsAsync(findings, cancellationToken);
        var user = findings.Login is { } login && goals.Any(static goal => goal.UsesUsers) ? request.Login ?? await UserAsync(login, cancellationToken) : (ImmutableArray<string>?)null;
        return InitDefaults.Of(request, findings, goals, user) with { Header = request.Header ?? _header };
    }

    private (string Name, string Value)? _header;

    // Whether the header's variable has a value here, so that the target can be asked with it.
    private bool _isSet;

    private async Task<TargetFindings> FindAsync(CancellationToken cancellationToken)
    {
        var survey = new TargetSurvey(environment.Time, environment.CurrentDirectory, hasUser: true, suggests: request.Goals.Count == 0);
        var (url, openApi) = (request.Target, request.OpenApi);
        while (true)
        {
            url ??= await _questions.TextAsync("Where is it?", "Its base URL. Nothing else will be reached.", "http://127.0.0.1:8080", static text => InitFields.Url("URL", text), cancellationToken);
            try
            {
                var headers = InitHeaders.Of(request.Header ?? (_isSet ? _header : null), environment.Variables);
                var findings = await _questions.BusyAsync($"looking at {url}", () => survey.LookAsync(url, openApi, request.GraphQl, headers, request.Template, cancellationToken));
                if (findings.Refusal is { } refusal)
                {
                    _questions.Note($"{char.ToUpperInvariant(refusal[0])}{refusal[1..]}.");
                    if (await HeaderAsync(findings, cancellationToken) && _isSet)
                    {
                        continue;
                    }
                }
                _questions.Note($"Found: {findings.Words}.");
                if (findings.Warning is { } warning)
                {
                    _questions.Warn($"Warning: {warning}. See that this is as it should be before you start a run.");
                }
                if (findings.Kind is TargetKind.Plain && openApi is null
                    && await _questions.TextAsync("Where is its OpenAPI document?", "A path on it, a URL or a file. Empty: it has none.", "", static text => text.Trim(), cancellationToken) is { Length: > 0 } where)
                {
                    openApi = where;
                    continue;
                }
                if (findings.Refusal is null)
                {
                    await HeaderAsync(findings, cancellationToken);
                }
                return findings;
            }
            catch (ApeTestException exception)
            {
                _questions.Problem(exception);
                // What a flag said cannot be asked again; a question can.
                if (exception.ExitCode != ExitCodes.Environment && openApi is null && _header is null)
                {
                    throw;
                }
                (url, openApi, _header) = (exception.ExitCode == ExitCodes.Environment ? null : url, null, null);
            }
        }
    }

    /// <summary>The API's security schemes ask for a key: it comes from the environment, and the scenario names the variable. False: it was left out, or is known already.</summary>
    private async Task<bool> HeaderAsync(TargetFindings findings, CancellationToken cancellationToken)
    {
        if (request.Header is not null || _header is not null || findings.Key is not { } key)
        {
            return false;
        }
        var header = await _questions.TextAsync("It wants credentials. In which header?", $"{(key.Header is null ? "" : "As its security scheme says. ")}'-' leaves it out for now.",
            key.Header ?? "X-Api-Key", InitFields.Header, cancellationToken);
        if (header is null)
        {
            return false;
        }
        var from = await _questions.TextAsync("Which environment variable holds it?", $"It holds {key.Words}. Only its name is written, never the value.", key.Variable,
            static text => InitFields.Variable(text), cancellationToken);
        _header = (header, key.Value(header, from));
        _isSet = environment.Variables.GetValueOrDefault(from) is { Length: > 0 };
        if (!_isSet)
        {
            _questions.Note($"{from} is not set here: export {from}=... before `ape-test start`.");
        }
        return true;
    }

    private async Task<ImmutableArray<SuggestedGoal>> GoalsAsync(TargetFindings findings, CancellationToken cancellationToken)
    {
        if (request.Goals.Count > 0)
        {
            return InitDefaults.OfGoals(request, findings, request.Login);
        }
        if (findings.Goals.Count > 0)
        {
            var chosen = await _questions.ChooseManyAsync("What do its users want?", "Made of its operations; each can be proven. Space marks, Enter goes on.",
                [.. findings.Goals.Select(static goal => goal.Text), OwnGoal], cancellationToken);
            var goals = findings.Goals.Where(goal => chosen.Contains(goal.Text)).ToImmutableArray();
            return chosen.Contains(OwnGoal) ? goals.Add(await OwnGoalAsync(findings, cancellationToken)) : goals;
        }
        return [await OwnGoalAsync(findings, cancellationToken)];
    }

    private async Task<SuggestedGoal> OwnGoalAsync(TargetFindings findings, CancellationToken cancellationToken)
    {
        while (true)
        {
            var text = await _questions.TextAsync("What does a user want to achieve there?", "In plain words: \"Log in as ann / secret, buy two of the cheapest coffee, then log out.\"",
                null, static text => text.Trim() is { Length: > 0 } goal ? goal : throw new ApeTestException("a goal has words", "Say what a user does.", ExitCodes.Input), cancellationToken);
            var success = await _questions.TextAsync("What proves it?", "OPERATION=STATUS or 'GET /path=200'; several with ';'. Empty: derived from goal and API.", "", static text => text.Trim(), cancellationToken);
            try
            {
                var goal = request.Login is { } user ? GoalLogin.Into(text, findings.Login!, user) : text;
                return GoalCheck.Check(goal, success.Length == 0 ? null : success, findings);
            }
            catch (ApeTestException exception)
            {
                _questions.Problem(exception);
            }
        }
    }

    private async Task<ImmutableArray<string>> UserAsync(LoginForm login, CancellationToken cancellationToken)
    {
        var row = ImmutableArray.CreateBuilder<string>(login.Fields.Length);
        foreach (var field in login.Fields)
        {
            row.Add(await _questions.TextAsync($"Which {field.Name} does a test user log in with?", $"Goes to {InitFiles.Users}; add more users there.", field.Example,
                static text => text.Length > 0 ? text : throw new ApeTestException("it is needed to log in", null, ExitCodes.Input), cancellationToken));
        }
        return row.ToImmutable();
    }

    private async Task<string> ModelAsync(CancellationToken cancellationToken)
    {
        var models = await _questions.BusyAsync("looking for models", () => new ModelSurvey(environment).FindAsync(cancellationToken));
        if (models.Count == 1)
        {
            _questions.Note("Model: builtin/planner (no Ollama at OLLAMA_HOST or 127.0.0.1:11434, no CEREBRAS_API_KEY or OPENAI_API_KEY; --model takes another).");
            return models[0].Id;
        }
        var words = models.Select(static model => $"{model.Id}  ({model.Words})").ToList();
        return models[words.IndexOf(await _questions.ChooseAsync("Which model decides what they do?", "It can be changed in the scenario, or with --model.", words, cancellationToken))].Id;
    }

    private static InitTemplate Find(string name) => InitTemplate.All.First(template => template.Name == name);
}
