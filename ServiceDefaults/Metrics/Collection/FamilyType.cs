namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>What Prometheus calls the type of a metric family.</summary>
internal enum FamilyType
{
    /// <summary>Only rises.</summary>
    Counter,

    /// <summary>Rises and falls.</summary>
    Gauge,

    /// <summary>Counts by bucket.</summary>
    Histogram,
}
