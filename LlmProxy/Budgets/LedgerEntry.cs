namespace ApeTest.LlmProxy.Budgets;

/// <summary>One budget as the file has it. Changed by <see cref="BudgetLedger"/> only.</summary>
internal sealed class LedgerEntry(BudgetOwner owner, string name)
{
    private long _version;

    public BudgetOwner Owner { get; } = owner;

    public string Name { get; } = name;

    /// <summary>What the file's last line about it says.</summary>
    public Amounts Amounts { get; set; }

    /// <summary>When it was written last, as a number that grows with every line: the order in which a rewritten file keeps the lines. 0: never.</summary>
    public long Order { get; set; }

    /// <summary>The version of the <see cref="LedgerMark"/> that has been written. Read without a lock.</summary>
    public long Version
    {
        get => Volatile.Read(ref _version);
        set => Volatile.Write(ref _version, value);
    }
}
