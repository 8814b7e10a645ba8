namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>One value (or one histogram) of a family under one set of labels, kept by whatever exposes it in this build. Thread-safe.</summary>
internal abstract class Series(LabelSet labels)
{
    public LabelSet Labels { get; } = labels;

    /// <summary>Scrape at which an observable instrument last reported this series.</summary>
    public long Scrape { get; set; }

    /// <summary>Takes a measurement: what it does to the series is its family's <see cref="Aggregation"/>. Shows a series that was hidden.</summary>
    public abstract void Measure(double value);

    /// <summary>Leaves the series out until it is measured again.</summary>
    public abstract void Hide();
}
