namespace ApeTest.LlmProxy.Budgets;

/// <summary>What the budget file has to say about one budget.</summary>
/// <param name="Entry">The budget as the file has it; null without a file.</param>
/// <param name="Amounts">What has to be written.</param>
/// <param name="Version">Which of the budget's marks it is.</param>
internal readonly record struct LedgerMark(LedgerEntry? Entry, Amounts Amounts, long Version)
{
    /// <summary>Whether the file says so already, or more.</summary>
    public bool IsWritten => Entry is null || Entry.Version >= Version;
}
