using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Validate;

/// <summary><c>ape-test validate</c>: the resolved scenario or all its errors. Sends nothing.</summary>
internal static class ValidateCommand
{
    // Nothing listens there on behalf of validate; start picks a free port.
    private static readonly Uri Shop = new("http://127.0.0.1:5080/");

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("validate", "Check a scenario and print every value with its source; sends no traffic.")
        {
            Examples =
            [
                new("the scenario in ape.yaml", "ape-test validate"),
                new("what flags would change", "ape-test validate shop.yaml --agents 200 --threshold 'ttft_p95 < 500ms'"),
            ],
        };
        var options = new ScenarioOptions(command);
        command.SetAction(parse => Run(environment, new ScenarioInput(environment, parse, options)));
        return command;
    }

    private static int Run(CliEnvironment environment, ScenarioInput input)
    {
        var result = input.Load(Shop);
        if (!result.IsValid)
        {
            throw ScenarioInput.Failure(result);
        }
        if (input.IsDemonstration)
        {
            environment.Error.WriteLine($"no {ScenarioInput.DefaultFile}, no --target and no --goal: this is the demonstration on the sample shop");
        }
        environment.Out.Write(result.Resolved.ToYaml());
        return ExitCodes.Done;
    }
}
