using System.Diagnostics.Metrics;
using ApeTest.Gateway.Mcp.Sessions;

namespace ApeTest.Gateway;

/// <summary>Metrics of the gateway itself; those of its requests are the target policy's.</summary>
internal sealed class GatewayMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ApeTest.Gateway";

    private readonly Counter<long> _reloads;
    private readonly Counter<long> _sessions;

    public GatewayMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(MeterName);
        _reloads = meter.CreateCounter<long>("apetest.gateway.reloads", "{reload}", "Changes of the gateway file.");
        _sessions = meter.CreateCounter<long>("apetest.gateway.mcp.sessions", "{session}", "MCP sessions that began and ended.");
    }

    /// <summary>Counts a change of the file that was put in force, or could not be.</summary>
    public void Reloaded(bool ok) => _reloads.Add(1, new KeyValuePair<string, object?>("result", ok ? "reloaded" : "failed"));

    /// <summary>Counts an MCP session that began.</summary>
    public void SessionBegan() => Session("began");

    /// <summary>Counts an MCP session that ended.</summary>
    public void SessionEnded(SessionEnd end) => Session(end switch
    {
        SessionEnd.Expired => "expired",
        SessionEnd.Evicted => "evicted",
        _ => "closed",
    });

    private void Session(string happened) => _sessions.Add(1, new KeyValuePair<string, object?>("event", happened));
}
