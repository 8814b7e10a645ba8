using System.CommandLine;
using ApeTest.Cli.Help;

namespace ApeTest.Cli.Input;

/// <summary>Options that make a scenario, shared by <c>start</c>, <c>try</c> and <c>validate</c>.</summary>
internal sealed class ScenarioOptions
{
    private const string What = "What is tested";
    private const string Load = "How much, how long";
    private const string Session = "Which session";
    private const string Judged = "What counts";

    /// <param name="command">The command that takes them.</param>
    /// <param name="withLoad">Whether it takes those of a load too. Without: they stay unknown to it and have no value.</param>
    /// <param name="scenario">The argument that names what is run; null: a scenario file.</param>
    public ScenarioOptions(CliCommand command, bool withLoad = true, Argument<string?>? scenario = null)
    {
        var load = withLoad ? command : new CliCommand(command.Name, string.Empty);
        var session = withLoad ? Load : Session;
        Scenario = scenario ?? command.Optional("SCENARIO", "Scenario file, YAML or JSON. Default: ape.yaml in this directory; without it, and without --target, the sample shop.");
        Target = command.Value(What, "--target", "URL", "Base URL of the application under test.");
        OpenApi = command.Value(What, "--openapi", "WHERE", "Its OpenAPI document: a path on the target, a URL or a file. Default: the usual paths are tried; without a document the agents have plain HTTP tools.");
        GraphQl = command.Value(What, "--graphql", "WHERE", "Its GraphQL endpoint: a path on the target or a URL. Each query and mutation becomes a tool.");
        Header = command.Values(What, "--header", "'NAME: VALUE'", "A header of every request to the target. ${VAR} is taken from the environment. Repeatable.");
        Auth = command.Value(What, "--auth", "HOW", "Credentials for the target: 'bearer:$TOKEN', 'basic:USER:$PASSWORD' or 'header:X-Api-Key:$KEY'. $VAR is taken from the environment.");
        Insecure = command.Switch(What, "--insecure", "Accept any TLS certificate of the target.");
        Goal = command.Value(What, "--goal", "TEXT", "What every agent wants to achieve, in plain words.");
        Model = command.Value(What, "--model", "PROVIDER/MODEL", "Model that decides the actions. Default: builtin/planner, which needs no key and no network.");
        Agents = load.Value(Load, "--agents", "N", "Simulated users at the same time. Default 1.");
        Duration = load.Value(Load, "--duration", "TIME", "No new session starts after this time (30s, 5m, 1h). Default 30s, unless --iterations is given.");
        Iterations = load.Value(Load, "--iterations", "N", "Sessions in total, over all agents.");
        Rate = load.Value(Load, "--rate", "N/s", "Sessions that start in a time, however long they take: 20/s, 600/m. --agents is then the most at a time.");
        Think = command.Value(session, "--think", "TIME", "Think time between the actions of a session, in journeys too: 500ms or 200ms..800ms. Default none.");
        Seed = command.Value(session, "--seed", "N", "Seed of every random choice. Default: drawn, and recorded.");
        GracefulStop = load.Value(Load, "--graceful-stop", "TIME", "How long running sessions may finish after the end. Default 30s.");
        Success = command.Values(Judged, "--success", "EXPR", "What proves that a goal is reached, for example 'checkout=201' (operation=status). Repeatable: all must hold.");
        Threshold = load.Values(Judged, "--threshold", "EXPR", "What the run must meet, for example 'ttft_p95<500ms' or 'http_p95 < 300ms for 10s abort'. Repeatable.");
    }

    public Argument<string?> Scenario { get; }

    public Option<string?> Target { get; }

    public Option<string?> OpenApi { get; }

    public Option<string?> GraphQl { get; }

    public Option<string[]> Header { get; }

    public Option<string?> Auth { get; }

    public Option<bool> Insecure { get; }

    public Option<string?> Goal { get; }

    public Option<string?> Model { get; }

    public Option<string?> Agents { get; }

    public Option<string?> Duration { get; }

    public Option<string?> Iterations { get; }

    public Option<string?> Rate { get; }

    public Option<string?> Think { get; }

    public Option<string?> Seed { get; }

    public Option<string?> GracefulStop { get; }

    public Option<string[]> Success { get; }

    public Option<string[]> Threshold { get; }
}
