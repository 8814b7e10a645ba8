using ApeTest.LlmProxy.Measures;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Chat;

/// <summary>One call on its way: what was asked, of whom at present, and what it took so far.</summary>
internal sealed class ChatCall(ChatRequest request, CallMeasure measure, PriceTable prices)
{
    private int _outputBytes;
    private bool _hasUsage;
    private bool _settled;
    private Candidate? _candidate;

    public ChatRequest Request { get; } = request;

    /// <summary>Completion tokens that a budget set aside for it; null: no budget has to hold.</summary>
    public long? MostCompletionTokens { get; set; }

    public CallMeasure Measure { get; } = measure;

    /// <summary>The provider that is asked at present.</summary>
    public ILlmProvider Provider => _candidate!.Provider;

    /// <summary>Its model id.</summary>
    public string Model => _candidate!.Model;

    /// <summary>Turns to a provider: the first, or after a failure the next.</summary>
    public void Ask(Candidate candidate)
    {
        _candidate = candidate;
        (Measure.Provider, Measure.Model) = (candidate.Provider.Name, candidate.Model);
        (Measure.ErrorType, Measure.Status) = (Errors.ErrorTypes.None, 0);
        // What the one before said of itself is not this one's.
        (_outputBytes, _hasUsage) = (0, false);
        (Measure.PromptTokens, Measure.CompletionTokens, Measure.FinishReason) = (0, 0, null);
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

    /// <summary>Ends the clock, fills in estimates and prices the call. A second call changes nothing.</summary>
    public void Settle()
    {
        if (_settled)
        {
            return;
        }

        _settled = true;
        Measure.Ended();
        // A call that was refused cost nothing; one that broke off is billed for what streamed, and one that was given up while the provider worked for its prompt.
        if (!_hasUsage && (!Measure.Failed || _outputBytes > 0 || Measure.WasGivenUp))
        {
            Measure.PromptTokens = Request.EstimatedPromptTokens;
            // Of an answer that nobody waited for, none can be seen: under a budget it is what may have been made.
            var unseen = Measure.WasGivenUp && !Request.Stream ? MostCompletionTokens ?? 0 : 0;
            Measure.CompletionTokens = (int)Math.Min(int.MaxValue, Math.Max((_outputBytes + 3) / 4, unseen));
            Measure.Estimated = true;
        }

        var cost = Measure.Replayed ? 0 : prices.Cost(Provider, Model, Measure.PromptTokens, Measure.CompletionTokens);
        Measure.Priced = cost is not null;
        Measure.CostUsd = cost ?? 0;
    }
}
