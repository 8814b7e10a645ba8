using System.Collections.Immutable;
using ApeTest.Runs.Control;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Scenarios.Load;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Runs.Summaries;

/// <summary>
/// Merges the batches of a run, in any order (that each comes once is the queue's promise), into the run's state so far. Batches are
/// only read. Not thread-safe.
/// </summary>
/// <param name="plan">The run's plan.</param>
/// <param name="mode"><c>embedded</c> or <c>distributed</c>.</param>
/// <param name="feed">Package feed of the build: <c>partial</c> or <c>full</c>.</param>
public sealed class RunAggregate(RunPlan plan, string mode, string feed)
{
    private const int MaxScalings = 20;

    private readonly SortedSet<string> _workers = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (DateTimeOffset At, int Agents)> _active = [];
    private readonly List<string> _scalings = [];
    private int _activeAgents;
    private readonly ThresholdWatch _thresholds = new(BreakpointTerms.Beside(plan.Scenario));
    private readonly PlanOrder _order = new(plan.Scenario);
    private readonly RateMeter _sessionRate = new();
    private readonly RateMeter _actionRate = new();
    private MetricsDelta _interval = new();
    private DateTimeOffset? _reported;
    private TimeSpan _intervalFrom;
    private bool _draining;

    /// <summary>The run's plan.</summary>
    public RunPlan Plan => plan;

    /// <summary>Status as the queue last told it.</summary>
    public string Status { get; private set; } = "queued";

    /// <summary>The run's start; null while queued.</summary>
    public DateTimeOffset? Started { get; private set; }

    /// <summary>Agents with a session under way, by the latest batch of each block.</summary>
    public int ActiveAgents => _activeAgents;

    /// <summary>Most agents that had a session under way at the same time, to the second.</summary>
    public int PeakAgents { get; private set; }

    /// <summary>Agents wanted since the run was scaled; null: it was not.</summary>
    public int? ScaledTo { get; private set; }

    /// <summary>Whether the run has ended.</summary>
    public bool Ended => Status is not ("queued" or "running");

    /// <summary>Records that could not be kept beyond what the batches tell: written by whoever stores them.</summary>
    public long RecordsDropped { get; set; }

    /// <summary>Cost so far, in US dollars.</summary>
    public decimal CostUsd => Metrics.Llm.ByModel.Values.Sum(model => model.CostUsd);

    /// <summary>Tokens so far, prompt and completion.</summary>
    public long Tokens => Metrics.Llm.ByModel.Values.Sum(model => model.PromptTokens + model.CompletionTokens);

    /// <summary>The first threshold that asks for the run to be stopped; null while none does.</summary>
    public BrokenThreshold? Broken => _thresholds.Broken;

    /// <summary>Searches the run's breakpoint; null where its load has another shape.</summary>
    public BreakpointWatch? Breakpoint { get; } = plan.Scenario.Load.Shape is LoadShapeKind.Breakpoint ? new BreakpointWatch(plan.Scenario) : null;

    /// <summary>Everything so far.</summary>
    internal MetricsDelta Metrics { get; } = new();

    /// <summary>What the last <see cref="TakeInterval"/> took; null before the first.</summary>
    internal MetricsDelta? Last { get; private set; }

    internal RecentParts Recent { get; } = new();

    internal GeneratorUse Generator { get; } = new();

    /// <summary>
    /// Aborted sessions; once the run has ended, also those that started and were never heard of again (their worker was lost).
    /// </summary>
    internal long Aborted => Metrics.Ended(SessionOutcome.Aborted) + (Ended ? Unreported : 0);

    /// <summary>How the run was scaled, in order: <c>agents: 20 became 40</c>.</summary>
    internal IReadOnlyList<string> Scalings => _scalings;

    /// <summary>End of the latest stretch of time that a batch since the last interval told of; null where none came.</summary>
    public DateTimeOffset? Reported => _reported;

    /// <summary>Most sessions started in a second; null before anything was told.</summary>
    internal double? PeakSessionRate => _sessionRate.Peak;

    /// <summary>Most actions in a second; null before anything was told.</summary>
    internal double? PeakActionRate => _actionRate.Peak;

    /// <summary>Thresholds in the scenario's order, of a run that went on for <paramref name="duration"/>.</summary>
    internal ImmutableArray<ThresholdResult> Thresholds(TimeSpan duration) => _thresholds.Results(Metrics, Aborted, duration);

    internal int Workers => _workers.Count;

    internal string Mode => mode;

    internal string Feed => feed;

    private long Unreported => Math.Max(0, Metrics.Started
        - Enum.GetValues<SessionOutcome>().Sum(outcome => Metrics.Ended(outcome)));

    /// <summary>Takes the next state of the run and its batches.</summary>
    public void Add(RunState state)
    {
        (Status, Started) = (state.Status, state.Started ?? Started);
        Scaled(state.Agents);
        foreach (var batch in state.Batches)
        {
            Add(batch);
        }
    }

    /// <summary>Takes one batch.</summary>
    public void Add(SnapshotBatch batch)
    {
        Metrics.Add(batch.Metrics);
        _interval.Add(batch.Metrics);
        _workers.Add(batch.Worker);
        Active(batch);
        _reported = _reported > batch.At ? _reported : batch.At;
        // A worker whose clock is behind the run's start tells of seconds that nobody can place.
        if (Started is { } started && batch.At >= started)
        {
            _sessionRate.Add(batch.Metrics.Started, batch.From - started, batch.At - started);
            _actionRate.Add(batch.Metrics.Actions.Total, batch.From - started, batch.At - started);
        }
        if (batch.Generator is { } sample)
        {
            Generator.Add(batch.Worker, sample);
            Breakpoint?.Add(batch.Worker, sample);
        }
    }

    private void Active(SnapshotBatch batch)
    {
        var known = _active.GetValueOrDefault(batch.Block);
        // An earlier one of the same block may still come late.
        PeakAgents = Math.Max(PeakAgents, _activeAgents - known.Agents + Math.Max(batch.PeakAgents, batch.ActiveAgents));
        if (batch.At >= known.At)
        {
            _active[batch.Block] = (batch.At, batch.Final ? 0 : batch.ActiveAgents);
            _activeAgents += _active[batch.Block].Agents - known.Agents;
        }
    }

    private void Scaled(int? agents)
    {
        if (agents is not { } now || now == ScaledTo)
        {
            return;
        }
        var before = ScaledTo ?? plan.Slots;
        // The levels of a search are what was asked for, and no edit.
        if (Breakpoint is null or { IsOfRates: true } && now != before && _scalings.Count < MaxScalings)
        {
            _scalings.Add(FormattableString.Invariant($"agents: {before} became {now}"));
        }
        ScaledTo = now;
    }

    /// <summary>What was added since the last call. To be called each second: the windows of thresholds go by its steps.</summary>
    /// <param name="now">End of the interval.</param>
    /// <param name="draining">Whether no new session starts any more.</param>
    public MetricsDelta TakeInterval(DateTimeOffset now, bool draining)
    {
        var interval = _interval;
        (_interval, _reported) = (new MetricsDelta(), null);
        Last = interval;
        Recent.Add(interval.Intervals);
        if (Started is { } started)
        {
            // The time of day may be set back during a run.
            var to = now - started > _intervalFrom ? now - started : _intervalFrom;
            // The interval in which the load ended was still under load.
            if (!_draining)
            {
                _thresholds.Observe(_intervalFrom, to, interval, Metrics, Aborted);
                Breakpoint?.Observe(_intervalFrom, to, interval);
            }
            (_intervalFrom, _draining) = (to, draining);
        }
        return interval;
    }

    /// <summary>The summary at <paramref name="now"/>.</summary>
    public RunSummary Summarize(DateTimeOffset now) => SummaryBuilder.Build(this, _order, now);

    /// <summary>The live figures at <paramref name="now"/>.</summary>
    /// <param name="now">Time of the figures.</param>
    /// <param name="agentsTarget">Agents that should be active.</param>
    /// <param name="actionsPerSecond">Rate of the last second.</param>
    public RunProgress Progress(DateTimeOffset now, int agentsTarget, double actionsPerSecond) => ProgressBuilder.Build(this, _order, now, agentsTarget, actionsPerSecond);
}
