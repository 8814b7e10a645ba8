namespace ApeTest.Targets.Oracles;

/// <summary>What a session knows of one condition so far.</summary>
internal struct ConditionProgress
{
    /// <summary>
    /// Operation: it was met. Read: its answer stands, because it holds; never below <c>not</c>, where the last answer counts. Any: the
    /// alternative whose captured values count is decided.
    /// </summary>
    public bool IsSettled;

    /// <summary>What was seen when it was settled.</summary>
    public string? Detail;

    /// <summary>Operation: what its last answer was that did not meet it.</summary>
    public string? LastSeen;

    /// <summary>Operation: an answer of which it cannot be said whether it met it; null for none. The absence of such an answer is not proven then.</summary>
    public string? LastUnknown;

    /// <summary>Read: an answer that may change until the end.</summary>
    public Finding? Earlier;
}
