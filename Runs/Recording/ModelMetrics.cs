using ApeTest.Runs.Histograms;

namespace ApeTest.Runs.Recording;

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
