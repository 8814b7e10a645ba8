namespace ApeTest.LlmProxy.Queueing;

/// <summary>How waiting ended.</summary>
internal enum GateResult
{
    /// <summary>The call may go.</summary>
    Entered,

    /// <summary>The queue has no place left.</summary>
    Full,

    /// <summary>The deadline passed.</summary>
    TimedOut,

    /// <summary>The client went away.</summary>
    Cancelled,
}
