using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Cli.Readiness;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Validate;

/// <summary><c>ape-test validate</c>: the resolved scenario or all its errors; with <c>--format json</c> the errors alone, for programs. Sends nothing.</summary>
internal static class ValidateCommand
{
    private const string Dry = "Try it";

    // Nothing listens there on behalf of validate; start picks a free port.
    private static readonly Uri Shop = new("http://127.0.0.1:5080/");

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("validate", "Check a scenario and print every value with its source; sends no traffic but with --dry-run.")
        {
            Examples =
            [
                new("the scenario in ape.yaml", "ape-test validate"),
                new("one session of each goal and journey", "ape-test validate shop.yaml --dry-run"),
                new("what flags would change", "ape-test validate shop.yaml --agents 200 --threshold 'ttft_p95 < 500ms'"),
                new("all mistakes, for an editor or a pipeline", "ape-test validate shop.yaml --format json"),
            ],
        };
        var options = new ScenarioOptions(command);
        var dryRun = command.Switch(Dry, "--dry-run", "Run one session of each goal and journey and show what proves it; exit code 99 if one does not succeed.");
        var yes = command.Switch(Dry, "--yes", "Do not ask before a target that is not on this machine is touched.", "-y");
        var format = OutputFormat.Add(command, "Output", "Text for people, or one JSON object: valid, problems (file, line, column, path, message, hint) and notes. Default text.");
        command.SetAction((parse, _) =>
        {
            ScenarioInput Input() => new(environment, parse, options);
            return (OutputFormat.IsJson(parse, format), parse.GetValue(dryRun)) switch
            {
                (true, true) => throw new ApeTestException("--format json tells of no --dry-run",
                    "Leave one of them out; 'ape-test try --format json' tells of a session.", ExitCodes.Input),
                (true, false) => Task.FromResult(RunForProgram(environment, Input)),
                (false, true) => new DryRun(environment, Input(), parse.GetValue(yes), NoColor.Of(parse)).RunAsync(),
                (false, false) => Task.FromResult(Run(environment, Input())),
            };
        });
        return command;
    }

    private static int RunForProgram(CliEnvironment environment, Func<ScenarioInput> read)
    {
        var (problems, notes) = (new List<ProblemJson>(), new List<string>());
        try
        {
            var input = read();
            var result = input.Load(Shop);
            problems.AddRange(result.Errors.Select(ProblemJson.Of));
            if (result.IsValid)
            {
                JourneyCheck.Compile(result.Scenario!);
                notes.AddRange(input.Notes().Concat(result.Notes));
            }
        }
        catch (ApeTestException exception) when (exception.ExitCode == ExitCodes.Input)
        {
            problems.Add(ProblemJson.Of(exception));
        }
        var answer = ValidationJson.Of(problems, notes);
        environment.Out.WriteLine(answer);
        return answer.Valid ? ExitCodes.Done : ExitCodes.Input;
    }

    private static int Run(CliEnvironment environment, ScenarioInput input)
    {
        var result = input.Load(Shop);
        if (!result.IsValid)
        {
            throw ScenarioInput.Failure(result);
        }
        JourneyCheck.Compile(result.Scenario!);
        if (input.IsDemonstration)
        {
            environment.Error.WriteLine($"no {ScenarioInput.DefaultFile}, no --target and no --goal: this is the demonstration on the sample shop");
        }
        foreach (var note in input.Notes().Concat(result.Notes))
        {
            environment.Error.WriteLine(note);
        }
        environment.Out.Write(result.Resolved.ToYaml());
        return ExitCodes.Done;
    }
}
