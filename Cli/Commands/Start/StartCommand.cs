using ApeTest.Cli.Commands.Start.Detached;
using ApeTest.Cli.Help;
using ApeTest.Cli.Deploy;
using ApeTest.Cli.Execution.Workers;
using ApeTest.Cli.Input;
using ApeTest.Cli.Signals;
using ApeTest.Cli.Stack;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults.Hosting;

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
        var queue = command.Switch(Output, "--queue", "Wait until no other run is on the target: on this machine, or on the stack. First come, first served.");
        var workers = command.Value(Output, "--workers", "K", "Spread the agents over K worker processes on this machine, by way of the PostgreSQL server that APETEST_QUEUE names; on a stack, over at least K of its workers. Default: the agents are in this process.");
        var stack = new StackOptions(command, "Run on the stack there instead of in this process.");
        var compose = new ComposeOptions(command);
        command.SetAction((parse, _) => RunAsync(environment, stack.Of(parse, environment), stack.IsAsked(parse), new StartRequest
        {
            Workers = WorkerRequest.Parse(parse.GetValue(workers)),
            Compose = compose.Of(parse, WorkerRequest.Parse(parse.GetValue(workers)), stack.IsAsked(parse)),
            Input = new ScenarioInput(environment, parse, scenario),
            Json = OutputFormat.IsJson(parse, format),
            OutFile = parse.GetValue(file),
            Quiet = parse.GetValue(quiet),
            Confirmed = parse.GetValue(yes),
            Detach = parse.GetValue(detach),
            Queue = parse.GetValue(queue),
            NoColor = NoColor.Of(parse),
        }));
        return command;
    }

    private static async Task<int> RunAsync(CliEnvironment environment, StackAddress? stack, bool isAsked, StartRequest request)
    {
        if (request.Compose is { } compose)
        {
            if (request.Queue)
            {
                throw new ApeTestException("--queue does not go with --compose: a run on containers of its own stands in no queue",
                    "Leave one of them out, or bring the stack up first and name it with --stack.", ExitCodes.Input);
            }
            return await new ComposeStart(environment, request, compose).RunAsync();
        }
        // Whoever asks for workers and has a database for them means this machine, whatever the environment says of a stack.
        if (stack is not null && (isAsked || request.Workers is null || environment.Variables.GetValueOrDefault(EnvironmentNames.Queue) is not { Length: > 0 }))
        {
            using var ladder = new StopLadder(environment.Signals);
            return (await StackRun.RunAsync(environment, request, stack.Collector, stack.Token, ladder)).ExitCode;
        }
        return await (request.Detach && environment.Detached is null
            ? new DetachedStart(environment, request).RunAsync()
            : new StartRun(environment, request).RunAsync());
    }
}
