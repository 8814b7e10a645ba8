namespace ApeTest.LlmProxy.Budgets;

/// <summary>
/// The budget of one key or one run: what was spent, and what calls under way may still spend. Not thread-safe: <see cref="Admission"/> holds its lock around it.
/// </summary>
/// <remarks>
/// With a file, <see cref="Mark"/> is what the file says was spent. It runs ahead of the truth in steps of 1/64 of each limit, so that one budget costs about 64 lines
/// a limit over its whole life and not two for each call, and it always covers what is spent and reserved before a call leaves: a proxy that is killed
/// remembers at least what was spent, and at most 1/64 of the limit and the calls under way more.
/// </remarks>
internal sealed class Budget(BudgetOwner owner, string name, BudgetLimits limits, LedgerEntry? entry)
{
    /// <summary>Into how many steps a limit is cut.</summary>
    public const int Steps = 64;

    private const decimal SmallestCost = 0.000_001m;

    private Amounts _reserved;
    private int _calls;

    public BudgetOwner Owner { get; } = owner;

    public string Name { get; } = name;

    public BudgetLimits Limits { get; } = limits;

    /// <summary>What ended calls took, and every request that was admitted.</summary>
    public Amounts Spent { get; private set; } = entry?.Amounts ?? default;

    /// <summary>What calls under way may still take.</summary>
    public Amounts Reserved => _reserved;

    /// <summary>Both: what the limits are held against.</summary>
    public Amounts Used => Spent + _reserved;

    /// <summary>Whether no call is under way.</summary>
    public bool IsIdle => _calls == 0;

    /// <summary>What the file has to say before the next call leaves. Its version grows with it; 0: as it was read from the file.</summary>
    public LedgerMark Mark { get; private set; } = new(entry, entry?.Amounts ?? default, 0);

    /// <summary>Whether another call that takes at most so much stays within every limit.</summary>
    public BudgetKind? Exceeded(long tokens, decimal costUsd) => Exceeded(Used, tokens, costUsd);

    /// <summary>The same, if every call under way came to take nothing.</summary>
    public BudgetKind? ExceededBySpent(long tokens, decimal costUsd) => Exceeded(Spent, tokens, costUsd);

    private BudgetKind? Exceeded(Amounts used, long tokens, decimal costUsd)
    {
        // Subtracted, not added: nothing a caller states can overflow.
        return tokens > limitOr(Limits.Tokens) - used.Tokens ? BudgetKind.Tokens
            : Limits.CostUsd is { } cost && costUsd > cost - used.CostUsd ? BudgetKind.Cost
            : used.Requests >= limitOr(Limits.Requests) ? BudgetKind.Requests
            : null;

        static long limitOr(long? limit) => limit ?? long.MaxValue;
    }

    /// <summary>Sets the most a call may take aside, and counts it as a request made.</summary>
    public void Reserve(long tokens, decimal costUsd)
    {
        _calls++;
        _reserved += Limited(tokens, costUsd);
        Spent += new Amounts(0, 0, 1);
        RaiseMark();
    }

    /// <summary>Puts what a call took in the place of what was set aside for it.</summary>
    public void Settle(long reservedTokens, decimal reservedCostUsd, long tokens, decimal costUsd)
    {
        _calls--;
        _reserved -= Limited(reservedTokens, reservedCostUsd);
        Spent += new Amounts(tokens, costUsd, 0);
        RaiseMark(); // a call may take more than was set aside
    }

    /// <summary>Takes a reservation back whose call did not leave.</summary>
    public void Withdraw(long tokens, decimal costUsd)
    {
        _calls--;
        _reserved -= Limited(tokens, costUsd);
        Spent -= new Amounts(0, 0, 1);
    }

    // A caller may state any number; one that no limit holds small is not added up.
    private Amounts Limited(long tokens, decimal costUsd) => new(Limits.Tokens is null ? 0 : tokens, Limits.CostUsd is null ? 0 : costUsd, 0);

    private void RaiseMark()
    {
        var (used, mark) = (Used, Mark.Amounts);
        if (Mark.Entry is null
            || ((Limits.Tokens is null || used.Tokens <= mark.Tokens)
                && (Limits.CostUsd is null || used.CostUsd <= mark.CostUsd)
                && (Limits.Requests is null || used.Requests <= mark.Requests)))
        {
            return;
        }

        Mark = new LedgerMark(
            Mark.Entry,
            new Amounts(
                (long)Ahead(used.Tokens, mark.Tokens, Limits.Tokens, 1),
                Ahead(used.CostUsd, mark.CostUsd, Limits.CostUsd, SmallestCost),
                (long)Ahead(used.Requests, mark.Requests, Limits.Requests, 1)),
            Mark.Version + 1);
    }

    // Without a limit there is nothing to keep: the true figure goes along with the others.
    private static decimal Ahead(decimal used, decimal mark, decimal? limit, decimal smallest)
    {
        if (limit is not { } most || used <= mark)
        {
            return limit is null ? used : mark;
        }

        var step = Math.Max(smallest, most / Steps);
        return Math.Max(used, Math.Min(most, Math.Floor(Math.Ceiling(used / step) * step / smallest) * smallest));
    }
}
