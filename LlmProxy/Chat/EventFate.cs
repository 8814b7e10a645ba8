namespace ApeTest.LlmProxy.Chat;

/// <summary>What the client gets of an event.</summary>
internal enum EventFate
{
    /// <summary>Its bytes.</summary>
    Pass,

    /// <summary>Its bytes, but not before another one: a comment, or a chunk without choices, says nothing yet.</summary>
    Hold,

    /// <summary>Other bytes (<see cref="StreamState.Changed"/>).</summary>
    Change,

    /// <summary>Nothing.</summary>
    Hide,
}
