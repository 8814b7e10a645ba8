namespace ApeTest.Targets.Oracles;

/// <summary>Whether a condition holds. What is unknown does not become true by <c>not</c>.</summary>
internal enum Truth
{
    /// <summary>Nothing shows it, and nothing shows the contrary: a read that was not answered, a value that was not captured.</summary>
    Unknown,

    /// <summary>It does not hold.</summary>
    Refuted,

    /// <summary>It holds.</summary>
    Proven,
}
