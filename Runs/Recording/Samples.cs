namespace ApeTest.Runs.Recording;

/// <summary>One action that was sent to the target. Durations only; no strings beyond bounded names.</summary>
/// <param name="Operation">Tool name.</param>
/// <param name="Method">HTTP method.</param>
/// <param name="Status">HTTP status; 0 without a response.</param>
/// <param name="ErrorType">Bounded; null when ok.</param>
/// <param name="Where"><c>target</c>, <c>gateway</c>, <c>model</c> or <c>harness</c>: who is to blame for the error; null when ok.</param>
/// <param name="Duration">Dispatch to last byte.</param>
/// <param name="Ttfb">Dispatch to response headers.</param>
/// <param name="TraceId">Trace, for errors and slowest.</param>
/// <param name="Session">Session id.</param>
/// <param name="FromIntended">
/// Open model, first action of a session: what it would have taken had the session started when it was meant to, which is
/// <paramref name="Duration"/> and the start delay (coordinated omission). Null for all others.
/// </param>
public readonly record struct ActionSample(string Operation, string Method, int Status, string? ErrorType, string? Where,
    TimeSpan Duration, TimeSpan Ttfb, string TraceId, string Session, TimeSpan? FromIntended = null);

/// <summary>Dispatch of one action to dispatch of the next in the same session, with its measured parts (DESIGN 2, MTBA).</summary>
public readonly record struct IntervalSample(string Goal, TimeSpan Interval, TimeSpan Think, TimeSpan Model, TimeSpan Gateway, TimeSpan Target, TimeSpan Harness);

/// <summary>An error that is not an action's: of the model or the harness.</summary>
/// <param name="Type">Bounded type.</param>
/// <param name="Where"><c>model</c> or <c>harness</c>.</param>
/// <param name="TraceId">Trace.</param>
public readonly record struct ErrorSample(string Type, string Where, string TraceId);
