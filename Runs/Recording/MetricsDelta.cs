using ApeTest.Runs.Histograms;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Recording;

/// <summary>
/// Counters and histograms of one block since its previous batch. Mergeable: the sum of all deltas is the run. Bounded: at most
/// <see cref="MaxOperations"/> operations, <see cref="MaxErrors"/> error types and <see cref="MaxNames"/> names anywhere else; what is
/// beyond goes to <see cref="Other"/>. Not thread-safe.
/// </summary>
public sealed class MetricsDelta
{
    /// <summary>Name that takes what exceeds a bound.</summary>
    public const string Other = "_other";

    /// <summary>Most operations.</summary>
    public const int MaxOperations = 200;

    /// <summary>Most error types (type, where).</summary>
    public const int MaxErrors = 100;

    /// <summary>Most goals, groups, models, kinds of recovery and reasons of dropping, each.</summary>
    public const int MaxNames = 100;

    /// <summary>Most operations told of one error type.</summary>
    public const int MaxPlaces = 20;

    /// <summary>Most trace ids kept for one error type.</summary>
    public const int MaxTraces = 5;

    /// <summary>Most actions in <see cref="Slowest"/>.</summary>
    public const int MaxSlowest = 10;

    private readonly Dictionary<(string Type, string Where), ErrorMetrics> _errors = [];

    /// <summary>Sessions started.</summary>
    public long Started { get; set; }

    /// <summary>Outcomes of ended sessions by goal.</summary>
    public SortedDictionary<string, GoalOutcomes> Goals { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Duration of ended sessions.</summary>
    public Histogram SessionDuration { get; init; } = new();

    /// <summary>Actions of ended sessions, as plain numbers.</summary>
    public Histogram SessionActions { get; init; } = new();

    /// <summary>How much later than meant sessions started.</summary>
    public Histogram StartDelay { get; init; } = new();

    /// <summary>Time between actions.</summary>
    public IntervalMetrics Intervals { get; init; } = new();

    /// <summary>Time to first token.</summary>
    public Histogram Ttft { get; init; } = new();

    /// <summary>Model calls.</summary>
    public ModelMetrics Llm { get; init; } = new();

    /// <summary>Actions sent to the target.</summary>
    public ActionMetrics Actions { get; init; } = new();

    /// <summary>HTTP exchanges by operation.</summary>
    public SortedDictionary<string, OperationMetrics> Http { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Whole durations of groups of steps, by name.</summary>
    public SortedDictionary<string, Histogram> Groups { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Iterations that could not start, by reason.</summary>
    public SortedDictionary<string, long> Dropped { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What was edited while the run went on, and how often it was noticed.</summary>
    public SortedDictionary<string, long> Edits { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Recoveries by kind.</summary>
    public SortedDictionary<string, long> Recoveries { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Errors by <c>type where</c>.</summary>
    public SortedDictionary<string, ErrorMetrics> Errors { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The slowest actions, slowest first.</summary>
    public List<SlowAction> Slowest { get; init; } = [];

    /// <summary>Session records that did not fit their buffer.</summary>
    public long RecordsDropped { get; set; }

    /// <summary>Sessions ended with <paramref name="outcome"/>, over all goals.</summary>
    public long Ended(SessionOutcome outcome)
    {
        var sum = 0L;
        foreach (var goal in Goals.Values)
        {
            sum += goal.Of(outcome);
        }
        return sum;
    }

    /// <summary>The outcomes of <paramref name="goal"/>.</summary>
    public GoalOutcomes Goal(string goal) => Bounded.GetOrAdd(Goals, goal, MaxNames);

    /// <summary>The durations of <paramref name="group"/>; beyond the bound those of <see cref="Other"/>.</summary>
    public Histogram Group(string group) => Bounded.GetOrAdd(Groups, group, MaxNames);

    /// <summary>The metrics of <paramref name="operation"/>; beyond the bound those of <see cref="Other"/>.</summary>
    public OperationMetrics Operation(string operation, string method)
    {
        var metrics = Bounded.GetOrAdd(Http, operation, MaxOperations);
        // An operation has one method, but a generic name or "_other" may see several.
        metrics.Method = metrics.Method.Length == 0 || metrics.Method == method ? method : "*";
        return metrics;
    }

    /// <summary>The errors of <paramref name="type"/> at <paramref name="where"/>; beyond the bound those of <see cref="Other"/>.</summary>
    public ErrorMetrics Error(string type, string where)
    {
        // A target that is down fails a hundred thousand times a second: the text of the key is made once.
        if (_errors.TryGetValue((type, where), out var error))
        {
            return error;
        }
        var key = $"{type} {where}";
        if (!Errors.TryGetValue(key, out error))
        {
            if (Errors.Count >= MaxErrors)
            {
                (type, where, key) = (Other, Other, $"{Other} {Other}");
            }
            if (!Errors.TryGetValue(key, out error))
            {
                Errors[key] = error = new ErrorMetrics { Type = type, Where = where };
            }
        }
        return _errors[(error.Type, error.Where)] = error;
    }

    /// <summary>Whether an action of <paramref name="duration"/> is one of the slowest so far.</summary>
    public bool IsSlow(TimeSpan duration) => Slowest.Count < MaxSlowest || duration > Slowest[^1].Duration;

    /// <summary>Keeps <paramref name="action"/> when it is one of the slowest.</summary>
    public void AddSlow(in SlowAction action)
    {
        if (!IsSlow(action.Duration))
        {
            return;
        }
        var at = Slowest.Count;
        while (at > 0 && Slowest[at - 1].Duration < action.Duration)
        {
            at--;
        }
        Slowest.Insert(at, action);
        if (Slowest.Count > MaxSlowest)
        {
            Slowest.RemoveAt(MaxSlowest);
        }
    }

    /// <summary>Adds <paramref name="other"/>, which is left as it is.</summary>
    public void Add(MetricsDelta other)
    {
        Started += other.Started;
        RecordsDropped += other.RecordsDropped;
        SessionDuration.Add(other.SessionDuration);
        SessionActions.Add(other.SessionActions);
        StartDelay.Add(other.StartDelay);
        Ttft.Add(other.Ttft);
        Intervals.Add(other.Intervals);
        Llm.Add(other.Llm);
        Actions.Add(other.Actions);
        foreach (var (name, goal) in other.Goals)
        {
            Goal(name).Add(goal);
        }
        foreach (var (name, operation) in other.Http)
        {
            Operation(name, operation.Method).Add(operation);
        }
        foreach (var (name, durations) in other.Groups)
        {
            Group(name).Add(durations);
        }
        foreach (var (reason, count) in other.Dropped)
        {
            Bounded.Count(Dropped, reason, count);
        }
        foreach (var (edit, count) in other.Edits)
        {
            Bounded.Count(Edits, edit, count);
        }
        foreach (var (kind, count) in other.Recoveries)
        {
            Bounded.Count(Recoveries, kind, count);
        }
        foreach (var error in other.Errors.Values)
        {
            Error(error.Type, error.Where).Add(error);
        }
        foreach (var action in other.Slowest)
        {
            AddSlow(action);
        }
    }
}
