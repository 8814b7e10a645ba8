namespace ApeTest.Targets.Oracles;

/// <summary>Kind of a condition.</summary>
internal enum ConditionKind
{
    Operation,
    Read,
    Captured,
    State,
    All,
    Any,
    Not,
}
