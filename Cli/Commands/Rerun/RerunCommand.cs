using System.CommandLine;
using ApeTest.Cli.Commands.Start;
using ApeTest.Cli.Help;
using ApeTest.Cli.Input;
using ApeTest.Runs.Directory;

namespace ApeTest.Cli.Commands.Rerun;

/// <summary><c>ape-test rerun</c>: runs again what a run was made from, with the same seed unless told otherwise.</summary>
internal static class RerunCommand
{
    private const string Output = "Output";

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("rerun", "Run again what a run was made from: the same scenario, data and seed.")
        {
            Examples =
            [
                new("the latest run once more", "ape-test rerun last"),
                new("the same scenario with other random choices", "ape-test rerun 7f3a --seed 43"),
                new("the same with one change, then what it made of it", """
                    ape-test rerun 7f3a --agents 50
                    ape-test compare 7f3a last
                    """),
                new("the same agents in processes of their own", "ape-test rerun 7f3a --workers 4"),
            ],
        };
        var run = command.Optional("RUN", "Run id, its beginning, its last four digits, or last. Default: the latest that is no try.");
        var scenario = new ScenarioOptions(command, withLoad: true, run);
        scenario.Seed.Description = "Seed of every random choice, or same. Default: same, that of the run.";
        var format = OutputFormat.Add(command, Output, "Summary for people, or the summary.json document alone. Default text.");
        var file = command.Value(Output, "--out", "FILE", "Write summary.json to this file too.");
        var quiet = command.Switch(Output, "--quiet", "No progress and no messages; errors and the summary only.");
        var yes = command.Switch(Output, "--yes", "Do not ask before a target that is not on this machine is loaded.", "-y");
        var detach = command.Switch(Output, "--detach", "Return once the run is on its way, with its id on standard output.");
        var place = new PlaceOptions(command, Output);
        command.SetAction((parse, _) =>
        {
            // Wrong words are told before a missing run.
            var (json, where) = (OutputFormat.IsJson(parse, format), place.Of(parse, environment));
            var flags = new ScenarioFlags(parse, scenario, environment.Variables);
            var kept = RerunInput.Read(environment, RunDirectoryReader.Find(environment.RunsRoot, parse.GetValue(run)), [.. flags.Values.Keys]);
            var request = new StartRequest
            {
                Input = new ScenarioInput(environment, parse, scenario, kept),
                Json = json,
                OutFile = parse.GetValue(file),
                Quiet = parse.GetValue(quiet),
                Confirmed = parse.GetValue(yes),
                Detach = parse.GetValue(detach),
                NoColor = NoColor.Of(parse),
            };
            return where.RunAsync(environment, request);
        });
        return command;
    }
}
