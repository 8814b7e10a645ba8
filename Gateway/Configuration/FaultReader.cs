using System.Text.Json;
using ApeTest.Targets.Faults;

namespace ApeTest.Gateway.Configuration;

/// <summary>Reads one entry of <c>faults</c>.</summary>
internal static class FaultReader
{
    public static readonly string[] Keys =
        ["name", "target", "route", "share", "seed", "latency", "status", "retryAfter", "abort", "slowBody", "throttle"];

    public static readonly string[] LatencyKeys = ["distribution", "mean", "deviation", "min", "max"];

    private static readonly (string Word, LatencyDistribution Value)[] Distributions =
    [
        ("constant", LatencyDistribution.Constant),
        ("uniform", LatencyDistribution.Uniform),
        ("normal", LatencyDistribution.Normal),
        ("lognormal", LatencyDistribution.LogNormal),
        ("exponential", LatencyDistribution.Exponential),
    ];

    /// <summary>Names of the distributions.</summary>
    public static IEnumerable<string> DistributionNames => Distributions.Select(static pair => pair.Word);

    public static FaultOptions Read(FieldReader reader, JsonElement element, string at)
    {
        var fault = new FaultOptions();
        // An effect that cannot be read is one all the same: the fault is not told to have none.
        foreach (var (key, value) in reader.Fields(element, at, Keys))
        {
            var path = $"{at}.{key}";
            switch (key)
            {
                case "name":
                    fault.Name = reader.TextOrNull(value, path);
                    break;
                case "target":
                    fault.Target = reader.TextOrNull(value, path);
                    break;
                case "route":
                    fault.Route = reader.TextOrNull(value, path);
                    break;
                case "share":
                    fault.Share = reader.Number(value, path) ?? fault.Share;
                    break;
                case "seed":
                    fault.Seed = reader.Whole(value, path) ?? fault.Seed;
                    break;
                case "latency":
                    fault.Latency = value.ValueKind == JsonValueKind.Null ? null : ReadLatency(reader, value, path);
                    break;
                case "status":
                    fault.Status = value.ValueKind == JsonValueKind.Null ? null : reader.Count(value, path) ?? 503;
                    break;
                case "retryAfter":
                    fault.RetryAfter = value.ValueKind == JsonValueKind.Null ? null : reader.Duration(value, path);
                    break;
                case "abort":
                    fault.Abort = reader.Flag(value, path);
                    break;
                case "slowBody":
                    fault.SlowBody = value.ValueKind == JsonValueKind.Null ? null : reader.Duration(value, path) ?? TimeSpan.FromSeconds(1);
                    break;
                case "throttle":
                    fault.Throttle = value.ValueKind == JsonValueKind.Null ? null : Rate(reader, value, path) ?? 1;
                    break;
            }
        }
        return fault;
    }

    private static LatencyOptions ReadLatency(FieldReader reader, JsonElement element, string at)
    {
        var latency = new LatencyOptions();
        if (element.ValueKind == JsonValueKind.String)
        {
            latency.Mean = reader.Duration(element, at) ?? latency.Mean;
            // A constant is its own limit.
            latency.Max = latency.Mean > latency.Max ? latency.Mean : latency.Max;
            return latency;
        }
        if (element.ValueKind != JsonValueKind.Object)
        {
            reader.Add(at, "must be a duration or an object", "write \"200ms\", or { \"distribution\": \"normal\", \"mean\": \"200ms\", \"deviation\": \"50ms\" }");
            return latency;
        }
        var fields = reader.Fields(element, at, LatencyKeys);
        foreach (var (key, value) in fields)
        {
            var path = $"{at}.{key}";
            switch (key)
            {
                case "distribution":
                    latency.Distribution = reader.OneOf(value, path, Distributions) ?? latency.Distribution;
                    break;
                case "mean":
                    latency.Mean = reader.Duration(value, path) ?? latency.Mean;
                    break;
                case "deviation":
                    latency.Deviation = reader.Duration(value, path) ?? latency.Deviation;
                    break;
                case "min":
                    latency.Min = reader.Duration(value, path) ?? latency.Min;
                    break;
                case "max":
                    latency.Max = reader.Duration(value, path) ?? latency.Max;
                    break;
            }
        }
        if (reader.IsReported($"{at}.distribution"))
        {
            // Which of the others have an effect depends on it.
            return new LatencyOptions { Mean = TimeSpan.FromSeconds(1) };
        }
        if (latency.Distribution == LatencyDistribution.Uniform && !fields.Exists(static field => field.Key == "max"))
        {
            reader.Add($"{at}.max", "is missing", "write the longest delay, for example \"500ms\"");
        }
        if (latency.Distribution == LatencyDistribution.Constant)
        {
            foreach (var key in fields.Select(static field => field.Key).Where(static key => key is "min" or "max"))
            {
                reader.Add($"{at}.{key}", "has no effect with a constant delay", "remove it, or name another `distribution`");
            }
            latency.Max = latency.Mean > latency.Max ? latency.Mean : latency.Max;
        }
        return latency;
    }

    /// <summary>Bytes a second: <c>64KB/s</c>. KB and MB are powers of 1000, KiB and MiB of 1024.</summary>
    private static long? Rate(FieldReader reader, JsonElement element, string at)
    {
        if (reader.Text(element, at) is not { } text)
        {
            return null;
        }
        if (ByteRate.TryParse(text, out var rate))
        {
            return rate;
        }
        reader.Add(at, $"'{FieldReader.Shown(element)}' is not a rate of bytes", "write for example \"64KB/s\" or \"1MB/s\"; units: B, KB, MB, GB, KiB, MiB, GiB");
        return null;
    }
}
