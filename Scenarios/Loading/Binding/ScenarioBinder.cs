using System.Collections.Immutable;
using System.Globalization;
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
    private static readonly IReadOnlyList<(string, LoadShapeKind)> LoadShapes = [("constant", LoadShapeKind.Constant), ("ramp", LoadShapeKind.Ramp)];
    private static readonly IReadOnlyList<string> LaterShapes = ["steps", "spike", "stress", "soak", "volume", "baseline", "breakpoint", "custom"];

    /// <summary>Binds the root; the result is only to be used where there are no errors.</summary>
    public static (Scenario Scenario, ResolvedScenario Resolved) Bind(BindContext context, MappingNode root)
    {
        var resolved = new ResolvedMapping(Origin.Default.Label);
        var reader = new ObjectReader(context, root, root.Origin, "", ScenarioShape.Root, resolved);

        _ = reader.Take("$schema"); // for editors only
        var name = reader.Value("name", DefaultName(context), Rules.Name("shop-checkout"));
        var target = TargetBinder.Bind(reader);
        var agents = (int)reader.Value("agents", 1, Rules.Integer("20", 1, 1_000_000));
        var (duration, iterations) = Extent(reader);
        var seed = reader.Optional("seed", Rules.Integer("42", long.MinValue));
        var load = Load(reader, agents, duration);
        var llm = Llm(reader);
        var personas = Personas(reader);
        var feeds = DataBinder.Bind(reader);
        var secrets = feeds.Secrets(reader);
        var goals = GoalBinder.Bind(reader, feeds);
        Journeys(reader);
        var thresholds = ThresholdBinder.Bind(reader);
        var session = Session(reader);
        var telemetry = Telemetry(reader);
        var gateway = reader.Value("gateway", GatewayMode.Remote, Rules.Choice(GatewayModes));
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
            Goals = goals,
            Thresholds = thresholds,
            Session = session,
            Telemetry = telemetry,
            Gateway = gateway,
            GracefulStop = gracefulStop,
        };
        return (scenario, new ResolvedScenario(resolved));
    }

    private static string DefaultName(BindContext context) =>
        (context.FileName is null ? null : Rules.NameOf(Path.GetFileNameWithoutExtension(context.FileName))) ?? AdHocName;

    private static (TimeSpan? Duration, int? Iterations) Extent(ObjectReader reader)
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
            duration = RunPlanner.DurationOf(null, null);
            reader.Resolved.Add("duration", new ResolvedScalar(Durations.Format(duration!.Value), true, Origin.Default.Label));
        }
        return (duration, (int?)reader.Optional("iterations", Rules.Integer("1000", 1, int.MaxValue)));
    }

    private static LoadSpec Load(ObjectReader parent, int agents, TimeSpan? duration)
    {
        var reader = parent.Object("load", "{ shape: ramp, from: 1, to: 50, over: 30s }");
        var shape = reader.Value("shape", LoadShapeKind.Constant, Rules.Choice(LoadShapes, LaterShapes));
        var from = (int?)reader.Optional("from", Rules.Integer("1", 0, int.MaxValue));
        var to = (int?)reader.Optional("to", Rules.Integer("50", 1, int.MaxValue));
        var over = reader.Optional("over", Rules.Duration("30s"));
        reader.Finish();

        from = AtMostAgents(parent, reader, "from", from, agents);
        to = AtMostAgents(parent, reader, "to", to, agents);
        if (shape is LoadShapeKind.Ramp && over is null && duration is null)
        {
            reader.Error(null, "over", "is required: a ramp in a run without duration has no end", "Use for example over: 30s.");
        }
        var shapeNode = reader.Take("shape");
        if (shape is LoadShapeKind.Constant && shapeNode is null or ScalarNode { Text: "constant" })
        {
            foreach (var name in new[] { "from", "to", "over" })
            {
                if (reader.Take(name) is { } extra)
                {
                    reader.Error(extra, name, "has no meaning for the constant shape", "Add `shape: ramp`, or remove it.");
                }
            }
        }
        return new LoadSpec { Shape = shape, From = from, To = to, Over = over };
    }

    // --agents 5 over a file that ramps to 50 means a ramp to 5; in one place the two contradict each other.
    private static int? AtMostAgents(ObjectReader root, ObjectReader load, string name, int? value, int agents)
    {
        if (value is null || value <= agents)
        {
            return value;
        }
        var agentsOrigin = root.Take("agents")?.Origin ?? Origin.Default;
        var node = load.Take(name);
        if (agentsOrigin.Kind > node?.Origin.Kind)
        {
            load.Resolved.Replace(name, new ResolvedScalar(agents.ToString(CultureInfo.InvariantCulture), false, agentsOrigin.Label));
            return agents;
        }
        load.Error(node, name, $"must be <= agents, which is {agents} (got {value})", $"Lower it, or set agents to {value}.");
        return value;
    }

    private static LlmSpec Llm(ObjectReader parent)
    {
        var reader = parent.Object("llm", "{ model: builtin/planner }");
        var defaults = new LlmSpec();
        var llm = new LlmSpec
        {
            Model = reader.Value("model", defaults.Model, NetworkRules.Model),
            BaseUrl = reader.OptionalReference("baseUrl", NetworkRules.Url("http://127.0.0.1:8000/v1")),
            MaxCostUsd = (decimal?)reader.Optional("maxCostUsd", Rules.Number("2", 0, 1_000_000, above: true)),
            MaxTokens = reader.Optional("maxTokens", Rules.Integer("1000000")),
            MaxCompletionTokens = (int)reader.Value("maxCompletionTokens", defaults.MaxCompletionTokens, Rules.Integer("1024", 1, 1_000_000)),
            Temperature = reader.Value("temperature", defaults.Temperature, Rules.Number("0", 0, 2)),
            Timeout = reader.Value("timeout", defaults.Timeout, Rules.Duration("60s")),
        };
        reader.Finish();
        return llm;
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
        };
        reader.Finish();
        return session;
    }

    private static TelemetrySpec Telemetry(ObjectReader parent)
    {
        var reader = parent.Object("telemetry", "{ sample: 1.0 }");
        var telemetry = new TelemetrySpec { Sample = reader.Value("sample", 1.0, Rules.Number("0.1", 0, 1)) };
        reader.Finish();
        return telemetry;
    }

    private static void Journeys(ObjectReader reader)
    {
        var journeys = reader.List("journeys", "[]", out _);
        if (journeys.Count > 0)
        {
            reader.Error(reader.Take("journeys"), "journeys", "journeys are not in this version: it runs goals only",
                "Remove them (`journeys: []`) and declare goals.");
        }
    }
}
