using System.CommandLine;
using ApeTest.Cli.Help;

namespace ApeTest.Cli.Input;

/// <summary>Options that make a scenario, shared by <c>start</c> and <c>validate</c>.</summary>
internal sealed class ScenarioOptions
{
    private const string What = "What is tested";
    private const string Load = "How much, how long";
    private const string Judged = "What counts";

    public ScenarioOptions(CliCommand command)
    {
        Scenario = command.Optional("SCENARIO", "Scenario file, YAML or JSON. Default: ape.yaml in this directory; without it, and without --target, the sample shop.");
        Target = command.Value(What, "--target", "URL", "Base URL of the application under test.");
        OpenApi = command.Value(What, "--openapi", "WHERE", "Its OpenAPI document: a path on the target, a URL or a file. Default: the usual paths are tried; without a document the agents have plain HTTP tools.");
        Goal = command.Value(What, "--goal", "TEXT", "What every agent wants to achieve, in plain words.");
        Model = command.Value(What, "--model", "PROVIDER/MODEL", "Model that decides the actions. Default: builtin/planner, which needs no key and no network.");
        Agents = command.Value(Load, "--agents", "N", "Simulated users at the same time. Default 1.");
        Duration = command.Value(Load, "--duration", "TIME", "No new session starts after this time (30s, 5m, 1h). Default 30s, unless --iterations is given.");
        Iterations = command.Value(Load, "--iterations", "N", "Sessions in total, over all agents.");
        Think = command.Value(Load, "--think", "TIME", "Think time before each action: 500ms or 200ms..800ms. Default none.");
        Seed = command.Value(Load, "--seed", "N", "Seed of every random choice. Default: drawn, and recorded.");
        GracefulStop = command.Value(Load, "--graceful-stop", "TIME", "How long running sessions may finish after the end. Default 30s.");
        Success = command.Values(Judged, "--success", "EXPR", "What proves success, for example 'checkout=201' (operation=status). Repeatable: all must hold.");
        Threshold = command.Values(Judged, "--threshold", "EXPR", "What the run must meet, for example 'ttft_p95<500ms'. Repeatable.");
    }

    public Argument<string?> Scenario { get; }

    public Option<string?> Target { get; }

    public Option<string?> OpenApi { get; }

    public Option<string?> Goal { get; }

    public Option<string?> Model { get; }

    public Option<string?> Agents { get; }

    public Option<string?> Duration { get; }

    public Option<string?> Iterations { get; }

    public Option<string?> Think { get; }

    public Option<string?> Seed { get; }

    public Option<string?> GracefulStop { get; }

    public Option<string[]> Success { get; }

    public Option<string[]> Threshold { get; }
}
