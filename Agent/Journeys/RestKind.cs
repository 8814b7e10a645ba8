namespace ApeTest.Agent.Journeys;

/// <summary>What a pause is, for the session's clock.</summary>
internal enum RestKind
{
    /// <summary>The user's.</summary>
    Think,

    /// <summary>Before another attempt: the target's.</summary>
    Wait,

    /// <summary>So that others have their turn: our own.</summary>
    Yield,
}
