namespace ApeTest.Runs.Recording;

/// <summary>Counters and histograms of one block since its previous batch. Mergeable: the sum of all deltas is the run.</summary>
public sealed class MetricsDelta
{
}
