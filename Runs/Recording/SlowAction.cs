namespace ApeTest.Runs.Recording;

/// <summary>One of the slowest actions.</summary>
public readonly record struct SlowAction(TraceKey TraceId, SessionKey Session, string Operation, TimeSpan Duration);
