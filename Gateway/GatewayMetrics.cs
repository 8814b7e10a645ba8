using System.Diagnostics.Metrics;

namespace ApeTest.Gateway;

/// <summary>Metrics of the gateway itself; those of its requests are the target policy's.</summary>
internal sealed class GatewayMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "ApeTest.Gateway";

    private readonly Counter<long> _reloads;

    public GatewayMetrics(IMeterFactory factory)
    {
        _reloads = factory.Create(MeterName).CreateCounter<long>("apetest.gateway.reloads", "{reload}", "Changes of the gateway file.");
    }

    /// <summary>Counts a change of the file that was put in force, or could not be.</summary>
    public void Reloaded(bool ok) => _reloads.Add(1, new KeyValuePair<string, object?>("result", ok ? "reloaded" : "failed"));
}
