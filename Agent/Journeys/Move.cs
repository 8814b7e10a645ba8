namespace ApeTest.Agent.Journeys;

/// <summary>What a journey's session does next.</summary>
internal enum Move
{
    /// <summary>It has ended.</summary>
    End,

    /// <summary>The request is ready to be sent.</summary>
    Send,

    /// <summary>It pauses.</summary>
    Pause,

    /// <summary>A read that proves what was done is due, before the session goes on.</summary>
    Read,
}
