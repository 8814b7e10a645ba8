using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Raw;

/// <summary>
/// A request as bytes, rendered by a compiled step. Owned and reused by one agent, so that a request allocates nothing; a transport has copied what
/// it needs when its <c>SendAsync</c> first returns control.
/// </summary>
public sealed class RawRequest
{
    /// <summary>Most bytes of the answer's body that are kept where somebody reads it: 1 MiB.</summary>
    public const int MostBody = 1 << 20;

    /// <summary>What is constant of it: method, server, policy. Set for each request.</summary>
    public RawRoute Route { get; set; } = null!;

    /// <summary>Request target in origin form, escaped: <c>/orders/17?full=1</c>.</summary>
    public ByteBuffer Target { get; } = new();

    /// <summary>The path as a log of another service may show it, where <see cref="Target"/> holds a secret: <c>/cards/{{user.card}}</c>. ASCII. Null where it holds none.</summary>
    public string? ShownPath { get; set; }

    /// <summary>Header lines, each <c>Name: value\r\n</c>, none of those that frame the message, and neither <c>Host</c>, <c>traceparent</c> nor <c>Content-Length</c>. Names and values have been checked.</summary>
    public ByteBuffer Headers { get; } = new();

    /// <summary>Body; empty for none.</summary>
    public ByteBuffer Body { get; } = new();

    /// <summary>Whether a <c>Content-Length</c> is sent though the body is empty (POST, PUT, PATCH).</summary>
    public bool HasBody { get; set; }

    /// <summary>The trace, the span of this request and whether it is sampled; sent as <c>traceparent</c>.</summary>
    public RawTrace Trace { get; set; }

    /// <summary>Time limit of the request with its whole answer.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most bytes of the answer's body that are kept; the rest is read and counted. Default <see cref="MostBody"/>. With 0 it may be counted packed as it came.</summary>
    public int MaxBodyBytes { get; set; } = MostBody;

    /// <summary>Whether somebody beside the step reads the bodies of its answers (an observer, conditions of the session). Default false. Stays when it is emptied.</summary>
    public bool KeepsBody { get; set; }

    /// <summary>Empties it for the next request; buffers that grew beyond 16 KiB are given back.</summary>
    public void Clear()
    {
        Target.Clear();
        Headers.Clear();
        Body.Clear();
        HasBody = false;
        ShownPath = null;
    }
}
