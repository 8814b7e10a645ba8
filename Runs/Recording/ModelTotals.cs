namespace ApeTest.Runs.Recording;

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
