using System.CommandLine;
using System.Globalization;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Commands.Try;

/// <summary><c>ape-test try</c>: one agent, one session, told step by step with its evidence.</summary>
internal static class TryCommand
{
    private const string Which = "Which session";
    private const string Kept = "Keep it";
    private const string Output = "Output";

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("try", "Run one session and tell it step by step, with its evidence.")
        {
            Examples =
            [
                new("one session in the sample shop", "ape-test try"),
                new("your application; when it works, keep it as a scenario", """
                    ape-test try --target http://127.0.0.1:8080 --openapi /openapi.json \
                      --goal "Borrow the book 'Dune'" --save library.yaml
                    """),
                new("in a script: exit code 0 it succeeded, 99 it did not, 3 nothing was judged", "ape-test try shop.yaml --format json"),
                new("the second user of a scenario, with another model", """
                    ape-test try shop.yaml --row 2 --model ollama/qwen3:8b
                    """),
            ],
        };
        var scenario = new ScenarioOptions(command, withLoad: false);
        var pick = command.Value(Which, "--pick", "NAME", "Goal or journey of the scenario to try, by its name. Default: the first.");
        var row = command.Value(Which, "--row", "N", "Row of each data feed that the agent takes, from 1. Default 1.");
        var save = command.Value(Kept, "--save", "FILE", "When the session succeeds, write what was tried as a scenario, without secrets. On a terminal try asks by itself.");
        var force = command.Switch(Kept, "--force", "Replace FILE if it exists.");
        var format = OutputFormat.Add(command, Output, "Text for people, or JSON lines, one event each. Default text.");
        var full = command.Switch(Output, "--full", "Show the target's answers whole.");
        var yes = command.Switch(Output, "--yes", "Do not ask before a target that is not on this machine is touched.", "-y");
        command.SetAction((parse, _) => new TryRun(environment, new TryRequest
        {
            Input = new ScenarioInput(environment, parse, scenario),
            Options = new TrialOptions { Pick = parse.GetValue(pick), Row = Row(parse.GetValue(row)), Confirmed = parse.GetValue(yes) },
            Json = OutputFormat.IsJson(parse, format),
            Full = parse.GetValue(full),
            SaveFile = parse.GetValue(save),
            Force = parse.GetValue(force),
            NoColor = NoColor.Of(parse),
        }).RunAsync());
        return command;
    }

    private static int Row(string? text) => text is null ? 1
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var row) && row > 0 ? row
        : throw new ApeTestException($"--row '{text}' is not a row", "Rows are counted from 1.", ExitCodes.Input);
}
