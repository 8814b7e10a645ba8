namespace ApeTest.Targets.Raw;

/// <summary>
/// What came back, as bytes. Owned and reused by one agent. <see cref="Body"/> and the headers are valid until the agent sends or awaits again: they
/// may lie in a buffer of the loop.
/// </summary>
public sealed class RawExchange
{
    /// <summary>HTTP status; 0 without an answer.</summary>
    public int Status { get; set; }

    /// <summary>Null for an answer of any status; otherwise one of <see cref="Http.TargetErrors"/>.</summary>
    public string? ErrorType { get; set; }

    /// <summary>What to tell a person about <see cref="ErrorType"/>; null without one.</summary>
    public string? ErrorMessage { get; set; }

    /// <summary>The answer's headers.</summary>
    public RawHeaders Headers { get; } = new();

    /// <summary>The body, decoded, at most <see cref="RawRequest.MaxBodyBytes"/>.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>Whole length of the decoded body in bytes, kept or not; as it came where none of it was to be kept.</summary>
    public long BodyLength { get; set; }

    /// <summary>Bytes of the request on the wire, head included; 0 where nothing was sent or the transport does not know (HTTP/2, a remote gateway).</summary>
    public long BytesSent { get; set; }

    /// <summary>Bytes of the answer on the wire, head included; 0 where the transport does not know.</summary>
    public long BytesReceived { get; set; }

    /// <summary>Whether a connection was made for it.</summary>
    public bool IsNewConnection { get; set; }

    /// <summary>Clock's timestamp when the request was dispatched: before a connection was made, but after it had waited for one of our own pool (<see cref="Queued"/>).</summary>
    public long Dispatched { get; set; }

    /// <summary>What it waited for a connection of the shared pool, before <see cref="Dispatched"/>: the generator's time, in none of the others.</summary>
    public TimeSpan Queued { get; set; }

    /// <summary>Clock's timestamp at the last byte, or when it failed.</summary>
    public long Ended { get; set; }

    /// <summary>Dispatch to response headers; to the end where none came.</summary>
    public TimeSpan Ttfb { get; set; }

    /// <summary>The policy's own time: 0 but for a remote gateway, injected faults and waits.</summary>
    public TimeSpan Gateway { get; set; }

    /// <summary>The rest of dispatch to last byte.</summary>
    public TimeSpan Target { get; set; }

    /// <summary>Revision of the policy (<see cref="Http.TargetTiming.Revision"/>); 0: not known.</summary>
    public int Revision { get; set; }

    /// <summary>Retries that the transport (a gateway) made.</summary>
    public int Retries { get; set; }

    /// <summary>Empties it for the next answer.</summary>
    public void Clear()
    {
        (Status, ErrorType, ErrorMessage, Body, BodyLength) = (0, null, null, default, 0);
        (BytesSent, BytesReceived, IsNewConnection, Dispatched, Ended) = (0, 0, false, 0, 0);
        (Queued, Ttfb, Gateway, Target, Revision, Retries) = (default, default, default, default, 0, 0);
        Headers.Clear();
    }
}
