using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>
/// Reads <c>load</c> in two steps: its fields, from which follow how many agents there are and how long the run is by default, and then how
/// these bound it.
/// </summary>
internal sealed class LoadBinder
{
    private readonly ObjectReader _root;
    private readonly ObjectReader _reader;
    private readonly LoadSpec _load;
    private readonly bool _isRight;

    public LoadBinder(ObjectReader root)
    {
        _root = root;
        var before = root.Context.Errors.Count;
        _reader = root.Object("load", "{ shape: ramp, from: 1, to: 50, over: 30s }");
        var load = new LoadSpec
        {
            Shape = _reader.Value("shape", LoadShapeKind.Constant, Rules.Choice(LoadFields.Shapes)),
            Rate = _reader.Optional("rate", LoadFields.Rate),
            Arrivals = _reader.Value("arrivals", ArrivalKind.Even, Rules.Choice(LoadFields.Arrivals)),
            From = _reader.Optional("from", LoadFields.Level),
            To = _reader.Optional("to", LoadFields.Level),
            By = _reader.Optional("by", LoadFields.LevelAboveZero),
            Every = _reader.Optional("every", Rules.Duration("30s")),
            Over = _reader.Optional("over", Rules.Duration("30s", zero: true)),
            Base = _reader.Optional("base", LoadFields.Level),
            Peak = _reader.Optional("peak", LoadFields.LevelAboveZero),
            At = _reader.Optional("at", Rules.Duration("1m", zero: true)),
            Hold = _reader.Optional("hold", Rules.Duration("5m", zero: true)),
            Stages = Stages(),
            Until = ThresholdBinder.Entries(_reader, "until", "{ http_p95: \"< 300ms\" }"),
            Precision = _reader.Optional("precision", LoadFields.LevelAboveZero),
        };
        _reader.Finish();
        LoadFields.Check(_reader, load);
        _load = LoadFields.HighestRate(load) is { } highest ? load with { Rate = highest } : load;
        if (root.Context.Errors.Count == before && LoadProfile.Of(_load, 1, null).Length > Durations.Longest)
        {
            _reader.Error(_reader.Take("shape"), "shape", "is longer than 366 days", "Shorten its parts.");
        }
        _isRight = root.Context.Errors.Count == before;
    }

    /// <summary>The fields, before <see cref="Bind"/>; where they are wrong, those of a constant load.</summary>
    public LoadSpec Fields => _isRight ? _load : new LoadSpec();

    /// <summary>How many agents there are where the scenario does not say: as many as the shape's highest level or what its rate needs, or 1.</summary>
    public int DefaultAgents()
    {
        var most = _root.Take("goals") is null or SequenceNode { Items.Count: 0 } && _root.Take("journeys") is not null
            ? ArrivalSchedule.MostJourneysByDefault
            : ArrivalSchedule.MostAgentsByDefault;
        return _load.Rate is { } rate ? ArrivalSchedule.DefaultAgents(rate, most) : (int)Math.Max(1, LoadFields.Levels(_load).Max(static level => level.Level?.Value ?? 0));
    }

    /// <summary>The load; <paramref name="agents"/>, <paramref name="duration"/> and <paramref name="iterations"/> bound the shape.</summary>
    public LoadSpec Bind(int agents, TimeSpan? duration, int? iterations)
    {
        var load = _load;
        if (load.Rate is null)
        {
            load = load with
            {
                From = AtMostAgents("from", load.From, agents),
                To = AtMostAgents("to", load.To, agents),
                Base = AtMostAgents("base", load.Base, agents),
                Peak = AtMostAgents("peak", load.Peak, agents),
            };
            foreach (var (stage, index) in load.Stages.Select(static (stage, index) => (stage, index)).Where(each => each.stage.To.Value > agents))
            {
                _reader.Error(_reader.Take("stages"), "stages", $"goes to {stage.To.Value} in stage {index + 1}, and must not go above agents, which is {agents}", $"Lower it, or set agents to {stage.To.Value}.");
            }
        }
        if (load.Shape is LoadShapeKind.Ramp && load.Over is null && duration is null)
        {
            _reader.Error(null, "over", "is required: a ramp in a run without duration has no end", "Use for example over: 30s.");
        }
        if (load.Shape is LoadShapeKind.Volume && iterations is null)
        {
            _root.Error(_reader.Take("shape"), "iterations", "is required: a volume test ends when a number of sessions is done", "Add for example `iterations: 100000`.");
        }
        if (load.Shape is LoadShapeKind.Baseline && load.Rate is null && agents > LoadFields.MostBaselineAgents)
        {
            _root.Error(_root.Take("agents") ?? _reader.Take("shape"), "agents", $"must be <= {LoadFields.MostBaselineAgents} for a baseline, which others are compared with (got {agents})", "Use for example 1, or `shape: constant`.");
        }
        return load;
    }

    private ImmutableArray<LoadStage> Stages()
    {
        var stages = ImmutableArray.CreateBuilder<LoadStage>();
        foreach (var stage in _reader.Objects("stages", "{ to: 50, over: 30s }"))
        {
            var to = stage.Optional("to", LoadFields.Level);
            var over = stage.Optional("over", Rules.Duration("30s", zero: true));
            foreach (var field in new[] { "to", "over" })
            {
                if (stage.Take(field) is null)
                {
                    stage.Error(null, field, "is required", "Write for example `{ to: 50, over: 30s }`.");
                }
            }
            stage.Finish();
            stages.Add(new LoadStage(to ?? default, over ?? default));
        }
        return stages.ToImmutable();
    }

    // --agents 5 over a file that ramps to 50 means a ramp to 5; in one place the two contradict each other.
    private LoadLevel? AtMostAgents(string name, LoadLevel? level, int agents)
    {
        if (level is not { } value || value.Value <= agents)
        {
            return level;
        }
        var agentsOrigin = _root.Take("agents")?.Origin ?? Origin.Default;
        var node = _reader.Take(name);
        if (agentsOrigin.Kind > node?.Origin.Kind)
        {
            _reader.Resolved.Replace(name, new ResolvedScalar(agents.ToString(CultureInfo.InvariantCulture), false, agentsOrigin.Label));
            return agents;
        }
        _reader.Error(node, name, $"must be <= agents, which is {agents} (got {value.Value})", $"Lower it, or set agents to {value.Value}.");
        return level;
    }
}
