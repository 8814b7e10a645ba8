namespace ApeTest.Scenarios.Success;

/// <summary>What is compared, which decides what may be asked of it.</summary>
public enum ComparisonSubject
{
    /// <summary>A JSON value of a body or of the session's variables: everything.</summary>
    Json,

    /// <summary>A header: a text that may be missing; no <c>count</c>.</summary>
    Header,

    /// <summary>A captured value: a text that is there; no <c>count</c> and no <c>exists</c>.</summary>
    Captured,

    /// <summary>A whole body as text: as <see cref="Captured"/>, and a plain value must be contained instead of equal.</summary>
    Body,
}
