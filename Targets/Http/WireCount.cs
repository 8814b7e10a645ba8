namespace ApeTest.Targets.Http;

/// <summary>Bytes of one request on HTTP/1.1 connections, heads included, of all attempts. An object of its own: an idle connection that holds it holds no request.</summary>
internal sealed class WireCount
{
    /// <summary>Bytes that went to a connection.</summary>
    public long Sent { get; set; }

    /// <summary>Bytes of the answers.</summary>
    public long Received { get; set; }
}
