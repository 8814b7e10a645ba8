namespace ApeTest.Agent.Journeys;

/// <summary>What a pause is, for the session's clock.</summary>
internal enum RestKind
{
    /// <summary>The user's.</summary>
    Think,

    /// <summary>Before another attempt, as the target asked (<c>Retry-After</c>): the target's.</summary>
    Wait,

    /// <summary>Before another attempt, by our own rule: nobody's, and in no time between two actions.</summary>
    BackOff,

    /// <summary>So that others have their turn: our own.</summary>
    Yield,
}
