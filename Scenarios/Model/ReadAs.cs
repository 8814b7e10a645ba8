namespace ApeTest.Scenarios.Model;

/// <summary>Whose credentials an independent read shows.</summary>
public enum ReadAs
{
    /// <summary>The session's cookies and token.</summary>
    Session,

    /// <summary>Nobody's: only what the target's configuration adds to every request.</summary>
    Nobody,
}
