namespace ApeTest.Runs.Recording;

/// <summary>One action that was sent to the target. Values only: making and recording one allocates nothing.</summary>
/// <param name="Operation">Tool or step, by <see cref="BlockRecorder.Operation"/>.</param>
/// <param name="Status">HTTP status; 0 without a response.</param>
/// <param name="ErrorType">Bounded; null when ok.</param>
/// <param name="Where"><c>target</c>, <c>gateway</c>, <c>model</c> or <c>harness</c>: who is to blame for the error; null when ok.</param>
/// <param name="Duration">Dispatch to last byte.</param>
/// <param name="Ttfb">Dispatch to response headers.</param>
/// <param name="TraceId">Trace, for errors and slowest.</param>
/// <param name="Session">Session.</param>
/// <param name="FromIntended">
/// Open model, first action of a session: what it would have taken had the session started when it was meant to, which is
/// <paramref name="Duration"/> and the start delay (coordinated omission). Null for all others.
/// </param>
public readonly record struct ActionSample(OperationKey Operation, int Status, string? ErrorType, string? Where,
    TimeSpan Duration, TimeSpan Ttfb, TraceKey TraceId, SessionKey Session, TimeSpan? FromIntended = null)
{
    /// <summary>Bytes of the request, head and body, as written to the connection; 0 where they were not counted.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes of the answer, head and body, as read from the connection; 0 where they were not counted.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Whether a connection was made for it; false also where nobody tells.</summary>
    public bool NewConnection { get; init; }

    /// <summary>Times that it was sent again.</summary>
    public int Retries { get; init; }

    /// <summary>What was wrong, for a person and without secrets; null where nothing was, or nothing is known but the type.</summary>
    public string? Detail { get; init; }
}

/// <summary>Dispatch of one action to dispatch of the next in the same session, with its measured parts (DESIGN 2, MTBA).</summary>
public readonly record struct IntervalSample(string Goal, TimeSpan Interval, TimeSpan Think, TimeSpan Model, TimeSpan Gateway, TimeSpan Target, TimeSpan Harness);

/// <summary>An error that is not an action's: of the model or the harness.</summary>
/// <param name="Type">Bounded type.</param>
/// <param name="Where"><c>model</c> or <c>harness</c>.</param>
/// <param name="TraceId">Trace; <c>default</c> where there is none.</param>
public readonly record struct ErrorSample(string Type, string Where, TraceKey TraceId)
{
    /// <summary>Tool or step; null where it is of none.</summary>
    public string? Operation { get; init; }

    /// <summary>What was wrong, for a person and without secrets; null where nothing is known but the type.</summary>
    public string? Detail { get; init; }
}
