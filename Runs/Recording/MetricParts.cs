using ApeTest.Runs.Histograms;
using ApeTest.Runs.Records;

namespace ApeTest.Runs.Recording;

/// <summary>Ended sessions of one goal, by outcome.</summary>
public sealed class GoalOutcomes
{
    /// <summary>Succeeded.</summary>
    public long Succeeded { get; set; }

    /// <summary>Failed.</summary>
    public long Failed { get; set; }

    /// <summary>Stuck.</summary>
    public long Stuck { get; set; }

    /// <summary>Agent error.</summary>
    public long AgentError { get; set; }

    /// <summary>Aborted.</summary>
    public long Aborted { get; set; }

    /// <summary>Number of sessions that ended with <paramref name="outcome"/>.</summary>
    public long Of(SessionOutcome outcome) => outcome switch
    {
        SessionOutcome.Succeeded => Succeeded,
        SessionOutcome.Failed => Failed,
        SessionOutcome.Stuck => Stuck,
        SessionOutcome.AgentError => AgentError,
        _ => Aborted,
    };

    /// <summary>Counts one session.</summary>
    public void Count(SessionOutcome outcome)
    {
        switch (outcome)
        {
            case SessionOutcome.Succeeded: Succeeded++; break;
            case SessionOutcome.Failed: Failed++; break;
            case SessionOutcome.Stuck: Stuck++; break;
            case SessionOutcome.AgentError: AgentError++; break;
            default: Aborted++; break;
        }
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(GoalOutcomes other)
    {
        Succeeded += other.Succeeded;
        Failed += other.Failed;
        Stuck += other.Stuck;
        AgentError += other.AgentError;
        Aborted += other.Aborted;
    }
}

/// <summary>Time between actions (MTBA): distributions, and exact sums of the measured parts, since only means add up.</summary>
public sealed class IntervalMetrics
{
    /// <summary>Whole intervals.</summary>
    public Histogram Overall { get; init; } = new();

    /// <summary>Intervals without think time.</summary>
    public Histogram Active { get; init; } = new();

    /// <summary>Sum of think time, in ticks of 100 ns as all sums here.</summary>
    public long Think { get; set; }

    /// <summary>Sum of model time.</summary>
    public long Model { get; set; }

    /// <summary>Sum of gateway time.</summary>
    public long Gateway { get; set; }

    /// <summary>Sum of target time.</summary>
    public long Target { get; set; }

    /// <summary>Sum of harness time.</summary>
    public long Harness { get; set; }

    /// <summary>Records one interval.</summary>
    public void Record(in IntervalSample sample)
    {
        Overall.Record(sample.Interval);
        Active.Record(sample.Interval - sample.Think);
        Think += sample.Think.Ticks;
        Model += sample.Model.Ticks;
        Gateway += sample.Gateway.Ticks;
        Target += sample.Target.Ticks;
        Harness += sample.Harness.Ticks;
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(IntervalMetrics other)
    {
        Overall.Add(other.Overall);
        Active.Add(other.Active);
        Think += other.Think;
        Model += other.Model;
        Gateway += other.Gateway;
        Target += other.Target;
        Harness += other.Harness;
    }
}

/// <summary>Model calls.</summary>
public sealed class ModelMetrics
{
    /// <summary>Time in the proxy's queue, of answered calls.</summary>
    public Histogram Queue { get; init; } = new();

    /// <summary>Whole answered calls, queue and retries included. A refusal within a millisecond would make the model look fast.</summary>
    public Histogram Duration { get; init; } = new();

    /// <summary>Use by <c>provider/model</c>.</summary>
    public SortedDictionary<string, ModelTotals> ByModel { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Records one call.</summary>
    public void Record(ModelUse use)
    {
        if (!use.Failed)
        {
            Queue.Record(use.Queue);
            Duration.Record(use.Duration);
        }
        Totals(use.Provider, use.Model).Add(new ModelTotals
        {
            Calls = 1,
            Failed = use.Failed ? 1 : 0,
            Retries = use.Retries,
            Failovers = use.Failovers,
            PromptTokens = use.PromptTokens,
            CompletionTokens = use.CompletionTokens,
            Estimated = use.Estimated,
            CostUsd = use.CostUsd,
        });
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(ModelMetrics other)
    {
        Queue.Add(other.Queue);
        Duration.Add(other.Duration);
        foreach (var totals in other.ByModel.Values)
        {
            Totals(totals.Provider, totals.Model).Add(totals);
        }
    }

    private ModelTotals Totals(string provider, string model)
    {
        var key = $"{provider}/{model}";
        if (!ByModel.TryGetValue(key, out var totals))
        {
            totals = Bounded.GetOrAdd(ByModel, key, MetricsDelta.MaxNames);
            (totals.Provider, totals.Model) = ByModel.ContainsKey(key) ? (provider, model) : (MetricsDelta.Other, MetricsDelta.Other);
        }
        return totals;
    }
}

/// <summary>Use of one model.</summary>
public sealed class ModelTotals
{
    /// <summary>Provider.</summary>
    public string Provider { get; set; } = "";

    /// <summary>Model.</summary>
    public string Model { get; set; } = "";

    /// <summary>Calls, answered or failed.</summary>
    public long Calls { get; set; }

    /// <summary>Calls without a usable answer.</summary>
    public long Failed { get; set; }

    /// <summary>Retries made by the proxy.</summary>
    public long Retries { get; set; }

    /// <summary>Models that were given up for this one.</summary>
    public long Failovers { get; set; }

    /// <summary>Prompt tokens.</summary>
    public long PromptTokens { get; set; }

    /// <summary>Completion tokens.</summary>
    public long CompletionTokens { get; set; }

    /// <summary>Whether any of the tokens are estimated.</summary>
    public bool Estimated { get; set; }

    /// <summary>Cost in US dollars.</summary>
    public decimal CostUsd { get; set; }

    /// <summary>Adds the figures of <paramref name="other"/>.</summary>
    public void Add(ModelTotals other)
    {
        Calls += other.Calls;
        Failed += other.Failed;
        Retries += other.Retries;
        Failovers += other.Failovers;
        PromptTokens += other.PromptTokens;
        CompletionTokens += other.CompletionTokens;
        Estimated |= other.Estimated;
        CostUsd += other.CostUsd;
    }
}

/// <summary>Actions, and calls that never became one.</summary>
public sealed class ActionMetrics
{
    /// <summary>Actions sent to the target.</summary>
    public long Total { get; set; }

    /// <summary>Calls rejected before they were sent.</summary>
    public long Rejected { get; set; }

    /// <summary>Actions with an error.</summary>
    public long Errors { get; set; }

    /// <summary>Dispatch to last byte.</summary>
    public Histogram Duration { get; init; } = new();

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(ActionMetrics other)
    {
        Total += other.Total;
        Rejected += other.Rejected;
        Errors += other.Errors;
        Duration.Add(other.Duration);
    }
}

/// <summary>HTTP exchanges of one operation.</summary>
public sealed class OperationMetrics
{
    /// <summary>HTTP method; <c>*</c> for several.</summary>
    public string Method { get; set; } = "";

    /// <summary>Exchanges.</summary>
    public long Count { get; set; }

    /// <summary>Exchanges with an error.</summary>
    public long Errors { get; set; }

    /// <summary>Exchanges by status; 0 without a response.</summary>
    public SortedDictionary<int, long> ByStatus { get; init; } = [];

    /// <summary>Dispatch to last byte.</summary>
    public Histogram Duration { get; init; } = new();

    /// <summary>Dispatch to response headers.</summary>
    public Histogram Ttfb { get; init; } = new();

    /// <summary>Open model: first actions from their intended start to the last byte.</summary>
    public Histogram FromIntended { get; init; } = new();

    /// <summary>Records one exchange.</summary>
    public void Record(in ActionSample sample)
    {
        Count++;
        Errors += sample.ErrorType is null ? 0 : 1;
        CountStatus(sample.Status is >= 100 and < 1000 ? sample.Status : 0, 1);
        Duration.Record(sample.Duration);
        if (sample.Status > 0)
        {
            Ttfb.Record(sample.Ttfb);
        }
        if (sample.FromIntended is { } intended)
        {
            FromIntended.Record(intended);
        }
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(OperationMetrics other)
    {
        Count += other.Count;
        Errors += other.Errors;
        Duration.Add(other.Duration);
        Ttfb.Add(other.Ttfb);
        FromIntended.Add(other.FromIntended);
        foreach (var (status, count) in other.ByStatus)
        {
            CountStatus(status, count);
        }
    }

    private void CountStatus(int status, long count) => ByStatus[status] = ByStatus.GetValueOrDefault(status) + count;
}

/// <summary>Errors of one type at one place.</summary>
public sealed class ErrorMetrics
{
    /// <summary>Bounded type.</summary>
    public required string Type { get; init; }

    /// <summary><c>target</c>, <c>gateway</c>, <c>model</c> or <c>harness</c>.</summary>
    public required string Where { get; init; }

    /// <summary>How many.</summary>
    public long Count { get; set; }

    /// <summary>Trace ids of the first few.</summary>
    public List<string> Traces { get; init; } = [];
}

/// <summary>One of the slowest actions.</summary>
public readonly record struct SlowAction(string TraceId, string Session, string Operation, TimeSpan Duration);
