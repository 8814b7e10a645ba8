using System.Globalization;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Reads <c>load</c>.</summary>
internal static class LoadBinder
{
    private static readonly IReadOnlyList<(string, LoadShapeKind)> LoadShapes = [("constant", LoadShapeKind.Constant), ("ramp", LoadShapeKind.Ramp)];
    private static readonly IReadOnlyList<string> LaterShapes = ["steps", "spike", "stress", "soak", "volume", "baseline", "breakpoint", "custom"];

    public static LoadSpec Bind(ObjectReader parent, int agents, TimeSpan? duration)
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
}
