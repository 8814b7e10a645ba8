namespace ApeTest.Targets.Raw;

/// <summary>A W3C trace context as numbers, so that a request allocates none of it. All zero: none.</summary>
/// <param name="TraceHigh">First 8 bytes of the trace id, big-endian.</param>
/// <param name="TraceLow">Last 8 bytes.</param>
/// <param name="Span">Span id, big-endian.</param>
/// <param name="Sampled">The sampled flag.</param>
public readonly record struct RawTrace(ulong TraceHigh, ulong TraceLow, ulong Span, bool Sampled)
{
    /// <summary>The trace id as 32 hexadecimal digits.</summary>
    public string TraceId => $"{TraceHigh:x16}{TraceLow:x16}";
}
