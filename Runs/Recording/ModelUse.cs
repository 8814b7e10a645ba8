namespace ApeTest.Runs.Recording;

/// <summary>One model call, with the proxy's in-band figures (DESIGN 14.1).</summary>
/// <param name="Provider">Provider that answered.</param>
/// <param name="Model">Model that answered.</param>
/// <param name="Duration">Call as the agent saw it: send to last byte, retries and queue included.</param>
/// <param name="Queue">Time in the proxy's queue.</param>
/// <param name="Ttft">Time to first token, the proxy's figure; null where nothing came or nothing was measured.</param>
/// <param name="PromptTokens">Prompt tokens.</param>
/// <param name="CompletionTokens">Completion tokens.</param>
/// <param name="Estimated">Whether the tokens are estimated because the provider sent no usage.</param>
/// <param name="CostUsd">Cost in US dollars.</param>
/// <param name="Retries">Retries made by the proxy.</param>
public sealed record ModelUse(string Provider, string Model, TimeSpan Duration, TimeSpan Queue, TimeSpan? Ttft,
    int PromptTokens, int CompletionTokens, bool Estimated, decimal CostUsd, int Retries)
{
    /// <summary>Models that were given up for the next of the chain.</summary>
    public int Failovers { get; init; }

    /// <summary>Whether no usable answer came.</summary>
    public bool Failed { get; init; }
}
