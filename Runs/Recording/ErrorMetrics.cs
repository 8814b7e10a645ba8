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

    /// <summary>Counts one error; its trace is kept when it is one of the first.</summary>
    public void Record(TraceKey trace)
    {
        Count++;
        if (Traces.Count < MetricsDelta.MaxTraces && !trace.IsEmpty)
        {
            Keep(trace.ToString());
        }
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(ErrorMetrics other)
    {
        Count += other.Count;
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
