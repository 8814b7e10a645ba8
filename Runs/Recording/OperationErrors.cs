namespace ApeTest.Runs.Recording;

/// <summary>Errors of one type of one operation.</summary>
public sealed class OperationErrors
{
    /// <summary>Most characters that are kept of <see cref="Detail"/>.</summary>
    internal const int MaxDetail = 200;

    /// <summary>How many.</summary>
    public long Count { get; set; }

    /// <summary>What was wrong with the first of which that was told: <c>status 503, expected 201</c>. Null for none.</summary>
    public string? Detail { get; set; }

    /// <summary>Trace id of the first that had one; null for none.</summary>
    public string? Trace { get; set; }

    /// <summary>Counts one error.</summary>
    public void Record(TraceKey trace, string? detail)
    {
        Count++;
        Detail ??= detail is { Length: > MaxDetail } ? detail[..MaxDetail] : detail;
        if (Trace is null && !trace.IsEmpty)
        {
            Trace = trace.ToString();
        }
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(OperationErrors other)
    {
        Count += other.Count;
        Detail ??= other.Detail;
        Trace ??= other.Trace;
    }
}
