namespace ApeTest.Targets.Journeys;

/// <summary>What comes at the head of a loop.</summary>
public enum LoopTurn
{
    /// <summary>The loop is over.</summary>
    Over,

    /// <summary>Another turn.</summary>
    Turn,

    /// <summary>As many turns as a loop with a condition may have: the session fails (<c>loop_limit</c>).</summary>
    Limit,
}
