using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model.Journeys;

namespace ApeTest.Scenarios.Loading.Binding.Journeys;

/// <summary>Binds lists of steps and what these hold, of one journey or of the run.</summary>
internal sealed class StepBinder(ObjectReader owner, Feeds feeds, RequestTargets targets)
{
    /// <summary>Deepest nesting of steps.</summary>
    public const int MaxDepth = 16;

    /// <summary>Most steps of a journey, with those of its setup and teardown.</summary>
    public const int MaxSteps = 1_000;

    private const string Example = "[ { get: /products } ]";
    private const int MostTurns = 1_000_000;

    private int _count;

    /// <summary>Names of the requests that were bound.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether a request was bound.</summary>
    public bool HasRequest { get; private set; }

    /// <summary>The steps of one of the owner's fields.</summary>
    /// <param name="field">The field.</param>
    /// <param name="known">Names known before them; gains those that they extract.</param>
    public ImmutableArray<StepSpec> Bind(string field, HashSet<string> known)
    {
        var items = owner.List(field, Example, out var resolved);
        resolved.Items.AddRange(items.Select(static item => ResolvedTree.Of(item.Node)));
        var scope = new StepScope(feeds, known);
        var steps = Steps(items, scope, 1);
        known.UnionWith(scope.Known);
        return steps;
    }

    private ImmutableArray<StepSpec> Steps(IReadOnlyList<(Node Node, string Path)> items, StepScope scope, int depth)
    {
        var steps = ImmutableArray.CreateBuilder<StepSpec>(items.Count);
        foreach (var (node, path) in items)
        {
            if (++_count == MaxSteps + 1)
            {
                owner.Context.Errors.Add(node.Origin, path, $"has more than {MaxSteps} steps", "Use a loop: `repeat: 3`.");
            }
            if (_count > MaxSteps)
            {
                break;
            }
            if (node is not MappingNode mapping)
            {
                owner.Context.Errors.Add(node.Origin, path, $"must be a step (got {node.Description})", "Write for example `- get: /products`.");
                continue;
            }
            var step = new ObjectReader(owner.Context, mapping, node.Origin, path, JourneyShape.Step, new ResolvedMapping(node.Origin.Label));
            if (Step(step, scope, depth) is { } bound)
            {
                steps.Add(bound);
            }
            step.Finish();
        }
        return steps.ToImmutable();
    }

    private StepSpec? Step(ObjectReader step, StepScope scope, int depth)
    {
        var (kind, field) = StepKinds.Of(step);
        var think = step.Optional("think", Rules.Think);
        switch (kind)
        {
            case StepKind.Request:
                var request = new RequestBinder(step, scope, targets).Bind(field);
                var name = step.OptionalReference("name", StepNames.Rule) ?? StepNames.OfRequest(request.Method, request.Path);
                Names.Add(name);
                HasRequest = true;
                return new StepSpec { Name = name, Request = request, Think = think };
            case StepKind.Think:
                return new StepSpec { Think = think };
            case StepKind.Branch:
                return new StepSpec { If = Branch(step, scope, depth) };
            case StepKind.Loop:
                return new StepSpec { Loop = Loop(step, scope, depth) };
            case StepKind.Group:
                return new StepSpec { Group = step.OptionalReference("group", StepNames.Rule), Steps = Nested(step, "steps", scope, depth) };
            default:
                return null;
        }
    }

    private BranchSpec Branch(ObjectReader step, StepScope scope, int depth)
    {
        var condition = new CheckBinder(step, new StepTexts(step, scope)).Condition("if", scope);
        var (then, otherwise) = (scope.Copy(), scope.Copy());
        var branch = new BranchSpec
        {
            Condition = condition,
            Then = Nested(step, "then", then, depth),
            Else = step.Take("else") is null ? [] : Nested(step, "else", otherwise, depth),
        };
        // Known behind it is what some way gives; whether it was taken, the session shows.
        foreach (var name in then.Known.Concat(otherwise.Known))
        {
            scope.Add(name);
        }
        return branch;
    }

    private LoopSpec Loop(ObjectReader step, StepScope scope, int depth)
    {
        // From the second turn on, all that a turn gives is known in it.
        foreach (var name in Extracted(step.Take("steps")))
        {
            scope.Add(name);
        }
        var isFixed = step.Take("repeat") is not null;
        var loop = new LoopSpec
        {
            Times = (int?)step.Optional("repeat", Rules.Integer("3", 1, MostTurns)),
            While = isFixed ? null : new CheckBinder(step, new StepTexts(step, scope)).Condition("while", scope),
            Max = (int)step.Value("max", 100, Rules.Integer("20", 1, MostTurns)),
            Steps = Nested(step, "steps", scope, depth),
        };
        if (isFixed && step.Take("max") is { } max)
        {
            step.Error(max, "max", "belongs to `while`: `repeat` says how often", "Remove it.");
        }
        return loop;
    }

    private ImmutableArray<StepSpec> Nested(ObjectReader step, string field, StepScope scope, int depth)
    {
        var items = step.List(field, Example, out _);
        if (depth >= MaxDepth && items.Count > 0)
        {
            step.Error(step.Take(field), field, $"nests deeper than {MaxDepth} steps", "Simplify it.");
            return [];
        }
        if (items.Count == 0 && (step.Take(field) is null or SequenceNode))
        {
            step.Error(step.Take(field), field, "needs at least one step", $"Write for example `{field}: {Example}`.");
        }
        return Steps(items, scope, depth + 1);
    }

    // Bounded by the tree, which is.
    private static IEnumerable<string> Extracted(Node? node) => node switch
    {
        SequenceNode list => list.Items.SelectMany(Extracted),
        MappingNode mapping => ((mapping["extract"] as MappingNode)?.Entries.Select(static entry => entry.Key) ?? [])
            .Concat(StepKinds.Nested.SelectMany(field => Extracted(mapping[field]))),
        _ => [],
    };
}
