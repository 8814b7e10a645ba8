namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>How likely a clause begins at a place of a goal.</summary>
internal enum Boundary
{
    /// <summary>Within a clause.</summary>
    None,

    /// <summary>Behind a comma or <c>and</c>: only where a verb follows.</summary>
    Soft,

    /// <summary>Behind <c>then</c>.</summary>
    Step,

    /// <summary>Where a sentence begins.</summary>
    Sentence,
}
