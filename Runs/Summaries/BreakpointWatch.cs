using System.Collections.Immutable;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;

namespace ApeTest.Runs.Summaries;

/// <summary>
/// Searches the breakpoint of a run: judges each level on what was measured in it, and says which level is to be ordered next. Memory: the metrics of
/// one level. Not thread-safe.
/// </summary>
public sealed class BreakpointWatch
{
    private const int MostLevels = 200;
    private const double MostMissed = 0.01;

    // Ticks do not come at whole seconds of the run: the interval whose larger part is in the level belongs to it.
    private static readonly TimeSpan HalfATick = TimeSpan.FromSeconds(0.5);

    private readonly BreakpointSearch _search;
    private readonly ImmutableArray<ThresholdSpec> _until;
    private readonly TimeSpan _every;
    private readonly List<BreakpointLevel> _levels = [];
    private MetricsDelta _metrics = new();
    private GeneratorUse _generator = new();
    private TimeSpan _since;
    private TimeSpan _measured;
    private int _repeats;
    private double? _order;
    private bool _isOrderLost;
    private BreakpointThreshold? _broken;
    private string? _limit;

    internal BreakpointWatch(Scenario scenario)
    {
        (_search, _until, _every) = (BreakpointSearch.Of(scenario.Load), BreakpointTerms.Until(scenario), scenario.Load.Every ?? default);
        IsOfRates = scenario.Load.Rate is not null;
    }

    /// <summary>Whether levels are sessions a second; agents otherwise.</summary>
    public bool IsOfRates { get; }

    /// <summary>The level that is tried; null: the search is over.</summary>
    public double? Level => _limit is null ? _search.Level : null;

    /// <summary>Whether nothing is left to try.</summary>
    public bool IsOver => Level is null;

    /// <summary><see cref="Level"/> as shown: <c>150/s</c>, <c>20 agents</c>; null: the search is over.</summary>
    internal string? Text => Level is { } level ? FormattableString.Invariant($"{level:0.##}{(IsOfRates ? "/s" : " agents")}") : null;

    /// <summary>Takes the level that the run must be told; null: it knows.</summary>
    public double? TakeOrder()
    {
        var order = _order;
        _order = null;
        return order;
    }

    /// <summary>The run could not be told: the level is ordered anew, and begins with that.</summary>
    public void OrderAgain() => (_order, _isOrderLost) = (Level, true);

    /// <summary>Takes a sample of a worker.</summary>
    internal void Add(string worker, GeneratorSample sample) => _generator.Add(worker, sample);

    /// <summary>Takes an interval of the run under load.</summary>
    /// <param name="from">Begin, since the run's start.</param>
    /// <param name="to">End, since the run's start.</param>
    /// <param name="interval">What was reported in it; only read.</param>
    internal void Observe(TimeSpan from, TimeSpan to, MetricsDelta interval)
    {
        if (IsOver)
        {
            return;
        }
        if (_isOrderLost)
        {
            _isOrderLost = false;
            Begin(to);
        }
        if (from < _since + BreakpointTerms.Settle - HalfATick)
        {
            _generator = new GeneratorUse();
            return;
        }
        _metrics.Add(interval);
        _measured += to - from;
        if (_measured >= _every - HalfATick)
        {
            Judge(_search.Level!.Value, to);
        }
    }

    /// <summary>What was found so far.</summary>
    /// <param name="hasEnded">Whether the run has ended.</param>
    internal BreakpointSummary Summarize(bool hasEnded) => new(
        _limit is not null ? "generator" : !_search.IsDone ? hasEnded ? "unfinished" : "searching" : _search.FirstBroken is null ? "held" : "found",
        IsOfRates ? "sessions_per_s" : "agents", Rounded(_search.LastGood), Rounded(_search.FirstBroken), _broken, _limit, [.. _levels]);

    private void Judge(double level, TimeSpan to)
    {
        var broken = _until
            .Select(threshold => new ThresholdJudge(threshold).Result(_metrics, _metrics.Ended(SessionOutcome.Aborted), _measured))
            .FirstOrDefault(static result => !result.Ok) is { } result ? new BreakpointThreshold(result.Name, result.Expr, result.Value) : null;
        // What held though the generator was slow holds; what broke then, or was never there, says nothing of the target.
        var limit = broken is null ? Missed() : _generator.Suspicions(_metrics.StartDelay).FirstOrDefault();
        if (_levels.Count < MostLevels)
        {
            var seconds = _measured.TotalSeconds;
            _levels.Add(new BreakpointLevel(Math.Round(level, 3), Math.Round(to.TotalSeconds, 3), limit is not null ? "generator" : broken is null ? "held" : "broken",
                Math.Round(_metrics.Started / seconds, 2), Math.Round(_metrics.Actions.Total / seconds, 2), broken));
        }
        if (limit is null)
        {
            (_repeats, _broken) = (0, broken ?? _broken);
            _search.Report(broken is null);
            _order = _search.Level;
        }
        else if (_repeats++ == BreakpointTerms.MostRepeats)
        {
            _limit = limit;
        }
        Begin(to);
    }

    private void Begin(TimeSpan at) => (_since, _measured, _metrics, _generator) = (at, TimeSpan.Zero, new MetricsDelta(), new GeneratorUse());

    private string? Missed()
    {
        var missed = _metrics.Dropped.GetValueOrDefault("no_free_agent");
        return missed > (missed + _metrics.Started) * MostMissed
            ? FormattableString.Invariant($"no_free_agent: {missed} of {missed + _metrics.Started} arrivals found no free agent (limit {MostMissed:0.00} of them); more `agents` take more of them")
            : null;
    }

    private static double? Rounded(double? level) => level is { } value ? Math.Round(value, 3) : null;
}
