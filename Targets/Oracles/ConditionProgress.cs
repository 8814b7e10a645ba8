namespace ApeTest.Targets.Oracles;

/// <summary>What a session knows of one condition so far.</summary>
internal struct ConditionProgress
{
    /// <summary>
    /// Operation: it was met. Read: its answer stands, because it holds, or below <c>not</c> because it does not. Any: the alternative whose
    /// captured values count is decided.
    /// </summary>
    public bool IsSettled;

    /// <summary>What was seen when it was settled.</summary>
    public string? Detail;

    /// <summary>Operation: what its last answer was that did not meet it.</summary>
    public string? LastSeen;

    /// <summary>Read: an answer that may change until the end.</summary>
    public Finding? Earlier;
}
