using System.Text.Json.Nodes;
using ApeTest.Scenarios.Loading;
using ApeTest.Targets.Faults;

namespace ApeTest.Gateway.Admin;

/// <summary>Writes faults as the gateway file has them.</summary>
internal static class FaultWriter
{
    /// <summary>One entry of <c>faults</c>.</summary>
    public static JsonObject Write(FaultOptions fault)
    {
        var entry = new JsonObject();
        Add("name", fault.Name);
        Add("target", fault.Target);
        Add("route", fault.Route);
        entry["share"] = fault.Share;
        entry["seed"] = fault.Seed;
        Add("latency", fault.Latency is { } latency ? Write(latency) : null);
        Add("status", fault.Status);
        Add("retryAfter", fault.RetryAfter is { } after ? Durations.Format(after) : null);
        Add("abort", fault.Abort ? true : null);
        Add("slowBody", fault.SlowBody is { } slow ? Durations.Format(slow) : null);
        Add("throttle", fault.Throttle is { } rate ? FormattableString.Invariant($"{rate}B/s") : null);
        return entry;

        void Add(string key, JsonNode? value)
        {
            if (value is not null)
            {
                entry[key] = value;
            }
        }
    }

    private static JsonNode Write(LatencyOptions latency)
    {
        if (latency.Distribution == LatencyDistribution.Constant)
        {
            return Durations.Format(latency.Mean);
        }
        var entry = new JsonObject { ["distribution"] = latency.Distribution.ToString().ToLowerInvariant() };
        if (latency.Distribution != LatencyDistribution.Uniform)
        {
            entry["mean"] = Durations.Format(latency.Mean);
        }
        if (latency.Distribution is LatencyDistribution.Normal or LatencyDistribution.LogNormal)
        {
            entry["deviation"] = Durations.Format(latency.Deviation);
        }
        entry["min"] = Durations.Format(latency.Min);
        entry["max"] = Durations.Format(latency.Max);
        return entry;
    }
}
