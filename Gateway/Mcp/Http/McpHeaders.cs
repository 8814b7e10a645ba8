namespace ApeTest.Gateway.Mcp.Http;

/// <summary>HTTP headers of the protocol (https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http).</summary>
internal static class McpHeaders
{
    /// <summary>The session, in versions up to 2025-11-25.</summary>
    public const string SessionId = "Mcp-Session-Id";

    /// <summary>The version of the protocol.</summary>
    public const string ProtocolVersion = "MCP-Protocol-Version";

    /// <summary>The method that the body names too, from 2026-07-28.</summary>
    public const string Method = "Mcp-Method";

    /// <summary>The tool that the body names too, from 2026-07-28.</summary>
    public const string Name = "Mcp-Name";
}
