using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using ApeTest.Agent.Journeys;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.ServiceDefaults.Metrics;

namespace ApeTest.Agent;

/// <summary>The agent's live metrics (DESIGN 14.4). A run's summary does not come from them but from its recorder.</summary>
internal sealed class AgentMetrics
{
    public const string MeterName = "ApeTest.Agent";

    /// <summary>Most values of the label <c>tool</c>, 15 series each.</summary>
    public const int MaxTools = 200;

    /// <summary>Most values of the label <c>goal</c>, 50 series each and one more for each outcome: about as many series as those of the tools.</summary>
    public const int MaxGoals = 50;

    /// <summary>Parts of the time between actions, in the order of <see cref="IntervalSample"/>, and what is left.</summary>
    public static readonly string[] Parts = ["think", "model", "gateway", "target", "harness", "unaccounted"];

    private readonly Counter<long> _sessions;
    private readonly Histogram<double> _sessionDuration;
    private readonly Histogram<double> _startDelay;
    private readonly Histogram<double> _actionDuration;
    private readonly Histogram<double> _interval;
    private readonly Histogram<double> _part;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _recoveries;
    private readonly Counter<long> _errors;
    private readonly LabelNames _tools = new(MaxTools);
    private readonly LabelNames _goals = new(MaxGoals);
    private readonly ConcurrentDictionary<string, string> _runs = new(StringComparer.Ordinal);
    private volatile GeneratorFigures? _generator;
    private long _active;
    private long _target;

    /// <param name="factory">Makes the meter; null for metrics that nobody reads.</param>
    public AgentMetrics(IMeterFactory? factory)
    {
        var meter = factory?.Create(MeterName) ?? new Meter($"{MeterName}.Unread");
        var fast = new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets.Fast };
        var slow = new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets.Slow };
        _sessions = meter.CreateCounter<long>("apetest.sessions", "{session}", "Ended sessions.");
        _sessionDuration = meter.CreateHistogram("apetest.session.duration", "s", "Duration of sessions.", null, slow);
        _startDelay = meter.CreateHistogram("apetest.session.start_delay", "s", "Intended start of a session to its start.", null, slow);
        _actionDuration = meter.CreateHistogram("apetest.action.duration", "s", "Dispatch of an action to the last byte of its answer.", null, fast);
        _interval = meter.CreateHistogram("apetest.action.interval", "s", "Dispatch of one action to dispatch of the next in its session (MTBA).", null, fast);
        _part = meter.CreateHistogram("apetest.action.part", "s", "Measured parts of the time between actions.", null, fast);
        _dropped = meter.CreateCounter<long>("apetest.iterations.dropped", "{iteration}", "Iterations that could not start.");
        _recoveries = meter.CreateCounter<long>("apetest.recoveries", "{recovery}", "Failures that a session recovered from.");
        _errors = meter.CreateCounter<long>("apetest.errors", "{error}", "Errors of sessions by who is to blame.");
        meter.CreateObservableGauge("apetest.agents.active", () => Interlocked.Read(ref _active), "{agent}", "Agents with a session under way.");
        meter.CreateObservableGauge("apetest.agents.target", () => Interlocked.Read(ref _target), "{agent}", "Agents that should be active.");
        meter.CreateObservableGauge("apetest.generator.cpu", () => Generator(static use => use.Cpu), "1", "Share of this worker's processors that it used in the last second.");
        meter.CreateObservableGauge("apetest.generator.memory", () => Generator(static use => use.MemoryBytes), "By", "Resident memory of this worker.");
        meter.CreateObservableGauge("apetest.generator.gc_pause", () => Generator(static use => use.PauseShare), "1", "Share of the last second in which the garbage collector held this worker.");
        meter.CreateObservableGauge("apetest.generator.delay", () => Generator(static use => use.Delay), "s", "Longest time in the last second that work waited for a thread of this worker.");
        meter.CreateObservableGauge("apetest.run.info", RunInfo, "", "Runs under way: join on it for run variables.");
    }

    /// <summary>A session begins, that late.</summary>
    public void SessionStarted(string goal, TimeSpan delay)
    {
        AgentActive();
        _startDelay.Record(delay.TotalSeconds, Goal(goal));
    }

    /// <summary>A session begins whose delay is told later (<see cref="Journey"/>).</summary>
    public void AgentActive() => Interlocked.Increment(ref _active);

    public void SessionEnded(string goal, SessionOutcome outcome, TimeSpan duration)
    {
        Interlocked.Decrement(ref _active);
        var tag = Goal(goal);
        _sessions.Add(1, tag, new KeyValuePair<string, object?>("outcome", OutcomeName(outcome)));
        _sessionDuration.Record(duration.TotalSeconds, tag);
    }

    public void Action(string tool, TimeSpan duration)
        => _actionDuration.Record(duration.TotalSeconds, Tool(tool));

    public void Interval(in IntervalSample sample)
    {
        _interval.Record(sample.Interval.TotalSeconds, Goal(sample.Goal));
        Part("think", sample.Think);
        Part("model", sample.Model);
        Part("gateway", sample.Gateway);
        Part("target", sample.Target);
        Part("harness", sample.Harness);
        Part("unaccounted", Unaccounted(in sample));
    }

    /// <summary>What no part of an interval explains.</summary>
    public static TimeSpan Unaccounted(in IntervalSample sample)
    {
        var rest = sample.Interval - sample.Think - sample.Model - sample.Gateway - sample.Target - sample.Harness;
        return rest > TimeSpan.Zero ? rest : TimeSpan.Zero;
    }

    /// <summary>Requests of a step that were added up before.</summary>
    public void Actions(string tool, BucketCounts durations)
    {
        // A step that was not taken takes no name from one that was.
        if (!durations.IsEmpty)
        {
            durations.Publish(_actionDuration, Tool(tool));
        }
    }

    /// <summary>Times of one of <see cref="Parts"/> that were added up before.</summary>
    public void Part(string part, BucketCounts times) => times.Publish(_part, new KeyValuePair<string, object?>("part", part));

    /// <summary>Delays and durations of a journey's sessions and the times between their requests that were added up before.</summary>
    public void Journey(string name, BucketCounts delays, BucketCounts durations, BucketCounts intervals)
    {
        if (delays.IsEmpty && durations.IsEmpty && intervals.IsEmpty)
        {
            return;
        }

        var tag = Goal(name);
        delays.Publish(_startDelay, tag);
        durations.Publish(_sessionDuration, tag);
        intervals.Publish(_interval, tag);
    }

    /// <summary>A session has ended that is counted later (<see cref="SessionsEnded"/>): its agent is active no more.</summary>
    public void SessionLeft() => Interlocked.Decrement(ref _active);

    /// <summary>Sessions of a journey that ended, and left before.</summary>
    public void SessionsEnded(string name, SessionOutcome outcome, long count)
    {
        if (count > 0)
        {
            _sessions.Add(count, Goal(name), new KeyValuePair<string, object?>("outcome", OutcomeName(outcome)));
        }
    }

    public void IterationsDropped(string reason, long count) => _dropped.Add(count, new KeyValuePair<string, object?>("reason", reason));

    public void Recovery(string kind) => _recoveries.Add(1, new KeyValuePair<string, object?>("kind", kind));

    /// <summary>Errors that were recorded before, as the run's summary counts them.</summary>
    public void Errors(IEnumerable<ErrorMetrics> errors)
    {
        foreach (var error in errors)
        {
            _errors.Add(error.Count, new KeyValuePair<string, object?>("where", error.Where));
        }
    }

    /// <summary>How many agents this worker's blocks should have active now.</summary>
    public void AgentsWanted(int agents) => Interlocked.Exchange(ref _target, agents);

    /// <summary>What this worker used in the last second.</summary>
    public void GeneratorUsed(GeneratorSample sample) => _generator = new GeneratorFigures(sample.Cpu, sample.RssBytes, sample.GcPauseShare,
        sample.ThreadPoolDelays.IsDefaultOrEmpty ? 0 : sample.ThreadPoolDelays.Max().TotalSeconds);

    public void RunStarted(string run, string scenario) => _runs[run] = scenario;

    public void RunEnded(string run) => _runs.TryRemove(run, out _);

    /// <summary>As written everywhere: <c>agent_error</c>.</summary>
    public static string OutcomeName(SessionOutcome outcome) => outcome.Name();

    private void Part(string part, TimeSpan value) => _part.Record(value.TotalSeconds, new KeyValuePair<string, object?>("part", part));

    private KeyValuePair<string, object?> Goal(string name) => new("goal", _goals.Of(name));

    private KeyValuePair<string, object?> Tool(string name) => new("tool", _tools.Of(name));

    // Nothing before the first second.
    private IEnumerable<Measurement<double>> Generator(Func<GeneratorFigures, double> figure) =>
        _generator is { } use ? [new Measurement<double>(figure(use))] : [];

    private IEnumerable<Measurement<int>> RunInfo() => _runs.Select(static run => new Measurement<int>(
        1, new KeyValuePair<string, object?>("run", run.Key), new KeyValuePair<string, object?>("scenario", run.Value)));

    private sealed record GeneratorFigures(double Cpu, double MemoryBytes, double PauseShare, double Delay);
}
