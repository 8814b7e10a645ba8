using System.Globalization;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Which fields a load shape has, and their rules.</summary>
internal static class LoadFields
{
    /// <summary>Most agents of a baseline.</summary>
    public const int MostBaselineAgents = 10;

    /// <summary>Most levels of steps.</summary>
    private const int MostSteps = 10_000;

    public static readonly IReadOnlyList<(string Word, LoadShapeKind Shape)> Shapes =
    [
        ("constant", LoadShapeKind.Constant), ("ramp", LoadShapeKind.Ramp), ("steps", LoadShapeKind.Steps), ("spike", LoadShapeKind.Spike),
        ("stress", LoadShapeKind.Stress), ("soak", LoadShapeKind.Soak), ("volume", LoadShapeKind.Volume), ("baseline", LoadShapeKind.Baseline),
        ("breakpoint", LoadShapeKind.Breakpoint), ("custom", LoadShapeKind.Custom),
    ];

    public static readonly IReadOnlyList<(string, ArrivalKind)> Arrivals = [("even", ArrivalKind.Even), ("poisson", ArrivalKind.Poisson)];

    private static readonly string[] All = ["rate", "from", "to", "by", "every", "over", "base", "peak", "at", "hold", "stages", "until", "precision"];

    public static Rule<ArrivalRate> Rate { get; } = new(
        static node => Rates.TryParse(node.Text, out var rate)
            ? rate
            : Rules.Wrong<ArrivalRate>($"must be sessions in a time, above 0 (got {node.Description})",
                double.TryParse(node.Text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count) && count > 0
                    ? $"Write {Quote.Plain(node.Text)}/s for a second, /m for a minute, /h for an hour."
                    : "Use for example 20/s, 600/m or 5000/h."),
        Rates.Format,
        IsText: true);

    /// <summary>Agents, or a rate.</summary>
    public static Rule<LoadLevel> Level { get; } = LevelRule(0);

    /// <summary>Agents, or a rate, above 0.</summary>
    public static Rule<LoadLevel> LevelAboveZero { get; } = LevelRule(1);

    /// <summary>The levels that were given, by field.</summary>
    public static IEnumerable<(string Field, LoadLevel? Level)> Levels(LoadSpec load) =>
    [
        ("from", load.From), ("to", load.To), ("by", load.By), ("base", load.Base), ("peak", load.Peak), ("precision", load.Precision),
        .. load.Stages.Select(static stage => ("stages", (LoadLevel?)stage.To)),
    ];

    /// <summary>The highest rate of a shape's levels; null where they are agents.</summary>
    public static ArrivalRate? HighestRate(LoadSpec load) => Levels(load)
        .Where(static each => each.Level is { IsRate: true }).Select(static each => new ArrivalRate(each.Level!.Value.Value, each.Level.Value.Per!.Value))
        .OrderByDescending(static rate => rate.PerSecond).Select(static rate => (ArrivalRate?)rate).FirstOrDefault();

    /// <summary>Checks that the shape has its fields, no others, and levels of one kind.</summary>
    public static void Check(ObjectReader reader, LoadSpec load)
    {
        var node = reader.Take("shape");
        var name = Shapes.First(shape => shape.Shape == load.Shape).Word;
        if (node is ScalarNode scalar && scalar.Text != name)
        {
            // No shape at all: that was told.
            return;
        }
        var (required, optional) = Of(load.Shape);
        foreach (var field in All.Where(field => reader.Take(field) is not (null or SequenceNode { Items.Count: 0 } or MappingNode { Entries.Count: 0 }) && !required.Contains(field) && !optional.Contains(field)))
        {
            if (field == "rate")
            {
                reader.Error(reader.Take(field), field, $"is the open model, whose sessions start at a constant rate; the shape {name} has levels of its own",
                    "Remove `rate` (or --rate) or the shape; or write its levels as rates, for example `to: 100/s`.");
                continue;
            }
            reader.Error(reader.Take(field), field, $"has no meaning for the {name} shape", load.Shape is LoadShapeKind.Constant ? $"Add `shape: {ShapeWith(field)}`, or remove it." : "Remove it.");
        }
        foreach (var field in required.Where(field => reader.Take(field) is null or SequenceNode { Items.Count: 0 } or MappingNode { Entries.Count: 0 }))
        {
            reader.Error(node, field, $"is required for the {name} shape", $"Write for example `load: {Example(load.Shape)}`.");
        }
        CheckLevels(reader, load);
        if (load.Until.Any(static threshold => threshold.Window is not null || threshold.Abort))
        {
            reader.Error(reader.Take("until"), "until", "is judged once for each level: it takes no `for` and no `abort`", "Write for example `until: { http_p95: \"< 300ms\" }`.");
        }
        if (load.Arrivals is ArrivalKind.Poisson && load.Rate is null && HighestRate(load) is null)
        {
            reader.Error(reader.Take("arrivals"), "arrivals", "is how sessions of the open model start, and there is no rate", "Add for example `rate: 20/s`, or remove it.");
        }
    }

    private static void CheckLevels(ObjectReader reader, LoadSpec load)
    {
        var given = Levels(load).Where(static each => each.Level is { Value: > 0 }).ToList();
        if (given.Find(each => each.Level!.Value.IsRate != given[0].Level!.Value.IsRate) is { Field: { } other })
        {
            reader.Error(reader.Take(other), other, $"mixes agents and rates: `{given[0].Field}` is {(given[0].Level!.Value.IsRate ? "a rate" : "agents")}", "Write all levels as agents (50) or all as rates (50/s).");
            return;
        }
        if (load.By is not { } by || load.To is not { } to)
        {
            return;
        }
        var from = load.From ?? by;
        if (from.Amount > to.Amount)
        {
            reader.Error(reader.Take("to"), "to", "must not be below the first level", "Raise it, or lower `from`.");
        }
        else if ((to.Amount - from.Amount) / by.Amount > MostSteps)
        {
            reader.Error(reader.Take("by"), "by", $"makes more than {MostSteps} steps", "Raise it, or use `shape: ramp`.");
        }
        if (load.Shape is LoadShapeKind.Breakpoint && from.Value == 0)
        {
            reader.Error(reader.Take("from"), "from", "must be above 0: nothing breaks without load", "Remove it, and the first level is `by`.");
        }
    }

    private static (string[] Required, string[] Optional) Of(LoadShapeKind shape) => shape switch
    {
        LoadShapeKind.Ramp => ([], ["from", "to", "over"]),
        LoadShapeKind.Steps => (["to", "by", "every"], ["from"]),
        LoadShapeKind.Spike => (["base", "peak", "at", "hold"], ["over"]),
        LoadShapeKind.Stress => (["to", "by", "every"], ["from", "hold", "over"]),
        LoadShapeKind.Soak => (["to", "hold"], ["over"]),
        LoadShapeKind.Breakpoint => (["to", "by", "every"], ["from", "until", "precision"]),
        LoadShapeKind.Custom => (["stages"], ["from"]),
        _ => ([], ["rate"]),
    };

    private static string Example(LoadShapeKind shape) => shape switch
    {
        LoadShapeKind.Spike => "{ shape: spike, base: 10, peak: 100, at: 1m, hold: 30s }",
        LoadShapeKind.Soak => "{ shape: soak, to: 50, over: 1m, hold: 1h }",
        LoadShapeKind.Stress => "{ shape: stress, from: 50, to: 200, by: 50, every: 1m }",
        LoadShapeKind.Breakpoint => "{ shape: breakpoint, to: 1000, by: 50, every: 30s, until: { http_p95: \"< 300ms\" } }",
        LoadShapeKind.Custom => "{ shape: custom, stages: [ { to: 50, over: 30s }, { to: 50, over: 5m } ] }",
        _ => "{ shape: steps, from: 10, to: 100, by: 10, every: 30s }",
    };

    private static string ShapeWith(string field) => field switch
    {
        "by" or "every" => "steps",
        "base" or "peak" or "at" or "hold" => "spike",
        "stages" => "custom",
        "until" or "precision" => "breakpoint",
        _ => "ramp",
    };

    private static Rule<LoadLevel> LevelRule(int least)
    {
        var agents = Rules.Integer("50", least, 1_000_000);
        return new Rule<LoadLevel>(
            node => !node.Text.Contains('/', StringComparison.Ordinal)
                ? agents.Read(node) is { Error: { } error } wrong ? Rules.Wrong<LoadLevel>(error, wrong.Suggestion) : new LoadLevel(agents.Read(node).Value)
                : Rates.TryParse(node.Text, out var rate) ? new LoadLevel(rate.Count, rate.Per)
                : least == 0 && node.Text.Split('/')[0].Trim() == "0" ? new LoadLevel(0)
                : Rules.Wrong<LoadLevel>($"must be agents, or sessions in a time (got {node.Description})", "Use for example 50, 20/s or 600/m."),
            static level => level.Per is { } per ? Rates.Format(new ArrivalRate(level.Value, per)) : level.Value.ToString(CultureInfo.InvariantCulture),
            IsText: false);
    }
}
