using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Binding.Journeys;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Validates the merged tree into the model. It never stops at an error; a wrong value is replaced by its default for the rest.</summary>
internal static class ScenarioBinder
{
    private const string AdHocName = "ad-hoc";
    private static readonly IReadOnlyList<(string, GatewayMode)> GatewayModes = [("remote", GatewayMode.Remote), ("in-process", GatewayMode.InProcess)];

    /// <summary>Binds the root; the result is only to be used where there are no errors.</summary>
    public static (Scenario Scenario, ResolvedScenario Resolved) Bind(BindContext context, MappingNode root)
    {
        var resolved = new ResolvedMapping(Origin.Default.Label);
        var reader = new ObjectReader(context, root, root.Origin, "", ScenarioShape.Root, resolved);

        _ = reader.Take("$schema"); // for editors only
        var name = reader.Value("name", DefaultName(context), Rules.Name("shop-checkout"));
        var target = TargetBinder.Bind(reader);
        var loadBinder = new LoadBinder(reader);
        var agents = (int)reader.Value("agents", loadBinder.DefaultAgents(), Rules.Integer("20", 1, 1_000_000));
        var (duration, iterations) = Extent(reader, loadBinder.Fields);
        var seed = reader.Optional("seed", Rules.Integer("42", long.MinValue));
        var load = loadBinder.Bind(agents, duration, iterations);
        resolved.MoveToEnd("load");
        var llm = LlmBinder.Bind(reader);
        var personas = Personas(reader);
        var feeds = DataBinder.Bind(reader, agents, load.Rate is not null);
        iterations = RowLimit.Apply(reader, feeds.Specs, iterations, load.Rate is not null);
        var secrets = feeds.Secrets(reader);
        var names = new UniqueNames("goal");
        var goals = GoalBinder.Bind(reader, feeds, names);
        var journeys = JourneyBinder.Bind(reader, feeds, target, new UniqueNames("journey", names));
        var thresholds = ThresholdBinder.Bind(reader);
        var session = Session(reader);
        var telemetry = Telemetry(reader);
        var gateway = reader.Optional("gateway", Rules.Choice(GatewayModes));
        var gracefulStop = reader.Value("gracefulStop", TimeSpan.FromSeconds(30), Rules.Duration("30s", zero: true));
        reader.Finish();

        var scenario = new Scenario
        {
            Name = name,
            Target = target,
            Agents = agents,
            Duration = duration,
            Iterations = iterations,
            Seed = seed,
            Load = load,
            Llm = llm,
            Personas = personas,
            Data = feeds.Specs,
            Secrets = secrets,
            Environment = feeds.Environment,
            Goals = goals,
            Journeys = journeys.Journeys,
            Setup = journeys.Setup,
            Teardown = journeys.Teardown,
            Thresholds = thresholds,
            Session = session,
            Telemetry = telemetry,
            Gateway = gateway,
            GracefulStop = gracefulStop,
        };
        OperationLabels.Check(reader, scenario);
        JourneyNotes.Add(reader, scenario);
        return (scenario, new ResolvedScenario(resolved));
    }

    private static string DefaultName(BindContext context) =>
        (context.FileName is null ? null : Rules.NameOf(Path.GetFileNameWithoutExtension(context.FileName))) ?? AdHocName;

    private static (TimeSpan? Duration, int? Iterations) Extent(ObjectReader reader, LoadSpec load)
    {
        // Both fields are looked at before the first is resolved: the default of one depends on the other.
        var limited = reader.Take("duration") is not null || reader.Take("iterations") is not null;
        TimeSpan? duration;
        if (limited)
        {
            duration = reader.Optional("duration", Rules.Duration("2m"));
        }
        else
        {
            duration = RunPlanner.DurationOf(null, null, load);
            reader.Resolved.Add("duration", new ResolvedScalar(Durations.Format(duration!.Value), true, Origin.Default.Label));
        }
        return (duration, (int?)reader.Optional("iterations", Rules.Integer("1000", 1, int.MaxValue)));
    }

    private static ImmutableArray<PersonaSpec> Personas(ObjectReader parent)
    {
        var personas = ImmutableArray.CreateBuilder<PersonaSpec>();
        var names = new UniqueNames("persona");
        foreach (var reader in parent.Objects("personas", "{ name: hurried, think: 200ms..800ms }"))
        {
            personas.Add(new PersonaSpec
            {
                Name = names.Check(reader, reader.Value("name", names.Default, Rules.Name("hurried"))),
                Prompt = reader.OptionalReference("prompt", Rules.Text("\"You are in a hurry.\"")),
                Think = reader.Value("think", ThinkTime.None, Rules.Think),
                Patience = reader.Optional("patience", Rules.Duration("20s")),
                Weight = reader.Value("weight", 1, Rules.Number("1", 0, 1e9, above: true)),
            });
            reader.Finish();
        }
        return personas.ToImmutable();
    }

    private static SessionSpec Session(ObjectReader parent)
    {
        var reader = parent.Object("session", "{ maxSteps: 25, timeout: 2m }");
        var defaults = new SessionSpec();
        var session = new SessionSpec
        {
            MaxSteps = (int)reader.Value("maxSteps", defaults.MaxSteps, Rules.Integer("25", 1, 10_000)),
            Timeout = reader.Value("timeout", defaults.Timeout, Rules.Duration("2m")),
            MaxTokens = reader.Optional("maxTokens", Rules.Integer("50000")),
            MaxCostUsd = (decimal?)reader.Optional("maxCostUsd", Rules.Number("0.05", 0, 1_000_000, above: true)),
        };
        reader.Finish();
        return session;
    }

    private static TelemetrySpec Telemetry(ObjectReader parent)
    {
        var reader = parent.Object("telemetry", "{ sample: 1.0 }");
        var telemetry = new TelemetrySpec { Sample = reader.Optional("sample", Rules.Number("0.1", 0, 1)) };
        reader.Finish();
        return telemetry;
    }
}
