using System.Globalization;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Reads <c>load</c>.</summary>
internal static class LoadBinder
{
    private static readonly IReadOnlyList<(string, LoadShapeKind)> LoadShapes = [("constant", LoadShapeKind.Constant), ("ramp", LoadShapeKind.Ramp)];
    private static readonly IReadOnlyList<string> LaterShapes = ["steps", "spike", "stress", "soak", "volume", "baseline", "breakpoint", "custom"];

    private static readonly Rule<ArrivalRate> Rate = new(
        node => Rates.TryParse(node.Text, out var rate)
            ? rate
            : Rules.Wrong<ArrivalRate>($"must be sessions in a time, above 0 (got {node.Description})",
                double.TryParse(node.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count > 0
                    ? $"Write {Quote.Plain(node.Text)}/s for a second, /m for a minute, /h for an hour."
                    : "Use for example 20/s, 600/m or 5000/h."),
        Rates.Format,
        IsText: true);

    /// <summary>How many agents there are where the scenario does not say: 1, or what the arrival rate needs.</summary>
    public static int DefaultAgents(ObjectReader root) =>
        root.Take("load") is MappingNode load && load["rate"] is ScalarNode node && Rates.TryParse(node.Text, out var rate)
            ? ArrivalSchedule.DefaultAgents(rate)
            : 1;

    /// <summary>Reads it; <paramref name="agents"/> and <paramref name="duration"/> bound the shape.</summary>
    public static LoadSpec Bind(ObjectReader parent, int agents, TimeSpan? duration)
    {
        var reader = parent.Object("load", "{ shape: ramp, from: 1, to: 50, over: 30s }");
        var shape = reader.Value("shape", LoadShapeKind.Constant, Rules.Choice(LoadShapes, LaterShapes));
        var rate = reader.Optional("rate", Rate);
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
        if (shape is LoadShapeKind.Ramp && rate is not null)
        {
            reader.Error(reader.Take("rate"), "rate", "is the open model, whose sessions start at a constant rate; a ramp says how many agents are active",
                "Remove `rate` (or --rate), or the ramp.");
        }
        return new LoadSpec { Shape = shape, Rate = rate, From = from, To = to, Over = over };
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
}
