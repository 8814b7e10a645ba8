using ApeTest.Cli.Help;
using ApeTest.Cli.Input;

namespace ApeTest.Cli.Commands.Start;

/// <summary><c>ape-test start</c>: runs a scenario, in this process, in workers beside it or on a stack, and judges it.</summary>
internal static class StartCommand
{
    private const string Output = "Output";

    public static CliCommand Create(CliEnvironment environment)
    {
        var command = new CliCommand("start", "Release agents on a target and judge every session.")
        {
            Examples =
            [
                new("the sample shop, the built-in planner, twenty users", "ape-test start --agents 20"),
                new("your application", """
                    ape-test start --target http://127.0.0.1:8080 --openapi /openapi.json \
                      --goal "Borrow the book 'Dune'" --success 'createLoan=201'
                    """),
                new("a real model", """
                    CEREBRAS_API_KEY=... ape-test start shop.yaml \
                      --model cerebras/gpt-oss-120b
                    """),
                new("the journeys of shop.yaml, 200 new sessions a second", """
                    ape-test start shop.yaml --rate 200 --duration 1m \
                      --threshold 'http_p95 < 300ms for 10s abort'
                    """),
                new("in the background", "ape-test start shop.yaml --detach"),
                new("after the run that is on the same target", "ape-test start shop.yaml --queue"),
                new("on a stack that is up", """
                    ape-test start shop.yaml --agents 1000 \
                      --stack http://127.0.0.1:5300 --token-file token
                    """),
                new("on containers of its own: ape-test images builds them", """
                    ape-test start shop.yaml --compose --agents 1000 --workers 4
                    """),
                new("in CI", """
                    ape-test start shop.yaml -y --quiet --out summary.json \
                      --threshold 'session_success >= 0.99'
                    """),
            ],
        };
        var scenario = new ScenarioOptions(command);
        var format = OutputFormat.Add(command, Output, "Summary for people, or the summary.json document alone. Default text.");
        var file = command.Value(Output, "--out", "FILE", "Write summary.json to this file too.");
        var quiet = command.Switch(Output, "--quiet", "No progress and no messages; errors and the summary only.");
        var yes = command.Switch(Output, "--yes", "Do not ask before a target that is not on this machine is loaded.", "-y");
        var detach = command.Switch(Output, "--detach", "Return once the run is on its way, with its id on standard output; it goes on in the background.");
        var place = new PlaceOptions(command, Output);
        command.SetAction((parse, _) => place.Of(parse, environment).RunAsync(environment, new StartRequest
        {
            Input = new ScenarioInput(environment, parse, scenario),
            Json = OutputFormat.IsJson(parse, format),
            OutFile = parse.GetValue(file),
            Quiet = parse.GetValue(quiet),
            Confirmed = parse.GetValue(yes),
            Detach = parse.GetValue(detach),
            NoColor = NoColor.Of(parse),
        }));
        return command;
    }
}
