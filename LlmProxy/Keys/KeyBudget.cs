namespace ApeTest.LlmProxy.Keys;

/// <summary>
/// Hard limits of one proxy key. A call reserves its estimate before it leaves and settles the real figure afterwards, both under one
/// lock, so that concurrent calls cannot slip past a limit together. Kept in memory: it lasts as long as the proxy.
/// </summary>
internal sealed class KeyBudget(long? maxTokens, decimal? maxCost)
{
    private readonly Lock _lock = new();
    private long _tokens;
    private decimal _cost;

    public long Tokens
    {
        get
        {
            lock (_lock)
            {
                return _tokens;
            }
        }
    }

    public decimal Cost
    {
        get
        {
            lock (_lock)
            {
                return _cost;
            }
        }
    }

    /// <summary>Reserves, or says in words which limit stands against it.</summary>
    public string? TryReserve(long tokens, decimal cost)
    {
        lock (_lock)
        {
            if (maxTokens is { } tokenLimit && _tokens + tokens > tokenLimit)
            {
                return $"the token budget of {tokenLimit} does not cover this call: {_tokens} are spent or reserved and it needs about {tokens}";
            }

            if (maxCost is { } costLimit && _cost + cost > costLimit)
            {
                return FormattableString.Invariant(
                    $"the cost budget of {costLimit} USD does not cover this call: {_cost:0.######} are spent or reserved and it needs about {cost:0.######}");
            }

            _tokens += tokens;
            _cost += cost;
            return null;
        }
    }

    /// <summary>Replaces a reservation by what was really spent.</summary>
    public void Settle(long reservedTokens, decimal reservedCost, long tokens, decimal cost)
    {
        lock (_lock)
        {
            _tokens += tokens - reservedTokens;
            _cost += cost - reservedCost;
        }
    }
}
