using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Recording;

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

    /// <summary>Records one action.</summary>
    public void Record(in ActionSample sample)
    {
        Total++;
        Errors += sample.ErrorType is null ? 0 : 1;
        Duration.Record(sample.Duration);
    }

    /// <summary>Adds <paramref name="other"/>.</summary>
    public void Add(ActionMetrics other)
    {
        Total += other.Total;
        Rejected += other.Rejected;
        Errors += other.Errors;
        Duration.Add(other.Duration);
    }
}
