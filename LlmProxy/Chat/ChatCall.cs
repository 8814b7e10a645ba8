using ApeTest.LlmProxy.Keys;
using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Chat;

/// <summary>One call on its way: what was asked, of whom, and what it took so far.</summary>
internal sealed class ChatCall(ChatRequest request, IChatProvider provider, string model, ProxyKey key, CallMeasure measure, PriceTable prices)
{
    private const int ReservedCompletion = 1024;

    private long _reservedTokens;
    private decimal _reservedCost;
    private int _outputBytes;
    private bool _hasUsage;
    private bool _settled;

    public ChatRequest Request { get; } = request;

    public IChatProvider Provider { get; } = provider;

    public string Model { get; } = model;

    public CallMeasure Measure { get; } = measure;

    /// <summary>Reserves the estimate (without a stated maximum, 1,024 completion tokens); says which budget refuses.</summary>
    public string? TryReserve()
    {
        _reservedTokens = Request.EstimatedPromptTokens + (Request.MaxTokens ?? ReservedCompletion);
        _reservedCost = prices.Cost(Provider, Model, Request.EstimatedPromptTokens, Request.MaxTokens ?? ReservedCompletion) ?? 0;
        return key.Budget.TryReserve(_reservedTokens, _reservedCost);
    }

    public void CountOutput(int bytes) => _outputBytes += bytes;

    /// <summary>The provider's own figures.</summary>
    public void SetUsage(int promptTokens, int completionTokens)
    {
        Measure.PromptTokens = promptTokens;
        Measure.CompletionTokens = completionTokens;
        Measure.Estimated = Provider.EstimatesTokens;
        _hasUsage = true;
    }

    /// <summary>Ends the clock, fills in estimates, prices the call and settles the budget. A second call changes nothing.</summary>
    public void Settle()
    {
        if (_settled)
        {
            return;
        }

        _settled = true;
        Measure.Ended();
        // A call that failed before a token cost nothing; one that broke off is billed for what streamed.
        if (!_hasUsage && (!Measure.Failed || _outputBytes > 0))
        {
            Measure.PromptTokens = Request.EstimatedPromptTokens;
            Measure.CompletionTokens = (_outputBytes + 3) / 4;
            Measure.Estimated = true;
        }

        var cost = prices.Cost(Provider, Model, Measure.PromptTokens, Measure.CompletionTokens);
        Measure.Priced = cost is not null;
        Measure.CostUsd = cost ?? 0;
        key.Budget.Settle(_reservedTokens, _reservedCost, Measure.PromptTokens + Measure.CompletionTokens, Measure.CostUsd);
    }
}
