using System.Diagnostics.Metrics;

namespace ApeTest.Gateway.Mcp.Sessions;

/// <summary>Metrics of the MCP server.</summary>
internal sealed class McpMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ApeTest.Gateway";

    private readonly Counter<long> _sessions;

    public McpMetrics(IMeterFactory factory)
    {
        _sessions = factory.Create(MeterName).CreateCounter<long>("apetest.gateway.mcp.sessions", "{session}", "MCP sessions that began and ended.");
    }

    /// <summary>Counts a session that began.</summary>
    public void Began() => Add("began");

    /// <summary>Counts one that ended.</summary>
    public void Ended(SessionEnd end) => Add(end switch
    {
        SessionEnd.Expired => "expired",
        SessionEnd.Evicted => "evicted",
        _ => "closed",
    });

    private void Add(string happened) => _sessions.Add(1, new KeyValuePair<string, object?>("event", happened));
}
