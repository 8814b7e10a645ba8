namespace ApeTest.Runs.Recording;

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

    /// <summary>Where they occurred, by operation: at most <see cref="MetricsDelta.MaxPlaces"/>, the rest under <see cref="MetricsDelta.Other"/>. Empty for errors of no operation.</summary>
    public SortedDictionary<string, OperationErrors> Operations { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Counts one error; its trace is kept when it is one of the first.</summary>
    /// <param name="trace">Its trace; <c>default</c> for none.</param>
    /// <param name="operation">Tool or step; null for none.</param>
    /// <param name="detail">What was wrong, without secrets; null for nothing to tell.</param>
    public void Record(TraceKey trace, string? operation = null, string? detail = null)
    {
        Count++;
        if (operation is not null)
        {
            Bounded.GetOrAdd(Operations, operation, MetricsDelta.MaxPlaces).Record(trace, detail);
        }
        if (Traces.Count < MetricsDelta.MaxTraces && !trace.IsEmpty)
        {
            Keep(trace.ToString());
        }
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(ErrorMetrics other)
    {
        Count += other.Count;
        foreach (var (operation, place) in other.Operations)
        {
            Bounded.GetOrAdd(Operations, operation, MetricsDelta.MaxPlaces).Add(place);
        }
        foreach (var trace in other.Traces)
        {
            Keep(trace);
        }
    }

    private void Keep(string trace)
    {
        if (trace.Length > 0 && Traces.Count < MetricsDelta.MaxTraces && !Traces.Contains(trace))
        {
            Traces.Add(trace);
        }
    }
}
