namespace ApeTest.Gateway.Mcp.Sessions;

/// <summary>Bounds of MCP sessions.</summary>
internal sealed record McpLimits
{
    /// <summary>Most sessions at a time, and most handles of the session-less protocol. Default 10,000.</summary>
    public int Sessions { get; init; } = 10_000;

    /// <summary>How long an unused session is kept. Default 30 minutes.</summary>
    public TimeSpan Idle { get; init; } = TimeSpan.FromMinutes(30);
}
