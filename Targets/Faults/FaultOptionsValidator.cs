using ApeTest.Scenarios.Loading;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Faults;

/// <summary>Checks <see cref="FaultOptions"/>.</summary>
internal static class FaultOptionsValidator
{
    /// <summary>Longest injected delay.</summary>
    public static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static void Validate(IList<FaultOptions> faults, IReadOnlyCollection<string> targets, OptionErrors errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < faults.Count; i++)
        {
            Validate(faults[i], $"faults[{i}]", targets, names, errors);
        }
    }

    private static void Validate(FaultOptions fault, string at, IReadOnlyCollection<string> targets, HashSet<string> names, OptionErrors errors)
    {
        if (fault.Name is { } name)
        {
            var field = $"{at}.name";
            errors.Check(name.Length is > 0 and <= 64 && !name.Any(char.IsControl), field, "must be 1 to 64 characters on one line", "write \"slow-checkout\"");
            errors.Check(names.Add(name), field, $"{errors.Quoted(field, name)} is used twice", "give each fault its own name");
        }
        if (fault.Target is { } target && !targets.Contains(target, StringComparer.Ordinal))
        {
            var field = $"{at}.target";
            var meant = errors.IsWritten(field) ? null : Distances.Closest(target, targets);
            errors.Add(field, $"{errors.Quoted(field, target)} is not a target", meant is null ? $"known: {string.Join(", ", targets)}" : $"did you mean \"{meant}\"?");
        }
        if (fault.Route is { } route)
        {
            errors.CheckRule($"{at}.route", route);
        }
        errors.CheckShare($"{at}.share", fault.Share);
        ValidateEffects(fault, at, errors);
    }

    private static void ValidateEffects(FaultOptions fault, string at, OptionErrors errors)
    {
        errors.Check(fault is not { Latency: null, Status: null, Abort: false, SlowBody: null, Throttle: null }, at, "has no effect",
            "add `latency`, `status`, `abort`, `slowBody` or `throttle`");
        errors.Check(fault.Status is null or (>= 400 and <= 599), $"{at}.status", "must be from 400 to 599", "write 503");
        if (fault.RetryAfter is { } after)
        {
            errors.Check(fault.Status is not null, $"{at}.retryAfter", "has no effect without `status`", "remove it, or write \"status\": 503");
            errors.CheckDuration($"{at}.retryAfter", after, TimeSpan.Zero, Hour);
            errors.Check(after.Ticks % TimeSpan.TicksPerSecond == 0, $"{at}.retryAfter", "must be whole seconds (RFC 9110, 10.2.3)", "write \"2s\"");
        }
        if (fault.Abort)
        {
            errors.Check(fault.Status is null, $"{at}.status", "has no effect with `abort`: no answer is sent", "remove one of the two");
            errors.Check(fault.SlowBody is null, $"{at}.slowBody", "has no effect with `abort`: no answer is sent", "remove one of the two");
            errors.Check(fault.Throttle is null, $"{at}.throttle", "has no effect with `abort`: nothing is sent", "remove one of the two");
        }
        if (fault.SlowBody is { } slow)
        {
            errors.CheckDuration($"{at}.slowBody", slow, TimeSpan.FromMilliseconds(1), Hour);
        }
        errors.Check(fault.Throttle is null or > 0, $"{at}.throttle", "must be at least 1 B/s", "write \"64KB/s\"");
        if (fault.Latency is { } latency)
        {
            ValidateLatency(latency, $"{at}.latency", errors);
        }
    }

    private static void ValidateLatency(LatencyOptions latency, string at, OptionErrors errors)
    {
        var isUniform = latency.Distribution == LatencyDistribution.Uniform;
        var hasDeviation = latency.Distribution is LatencyDistribution.Normal or LatencyDistribution.LogNormal;
        errors.Check(!isUniform || latency.Mean == TimeSpan.Zero, $"{at}.mean", "has no effect with a uniform delay", "remove it; `min` and `max` say it all");
        errors.Check(isUniform || latency.Mean > TimeSpan.Zero, $"{at}.mean", "must be above 0", "write \"200ms\"");
        errors.Check(!hasDeviation || latency.Deviation > TimeSpan.Zero, $"{at}.deviation", "must be above 0 for this distribution", "write \"50ms\"");
        errors.Check(hasDeviation || latency.Deviation == TimeSpan.Zero, $"{at}.deviation", "has no effect with this distribution", "remove it, or write \"distribution\": \"normal\"");
        errors.CheckDuration($"{at}.max", latency.Max, TimeSpan.FromMilliseconds(1), LongestDelay);
        errors.Check(latency.Min <= latency.Max, $"{at}.min", "is above `max`", $"write at most \"{Durations.Format(latency.Max)}\"");
        errors.Check(latency.Mean <= latency.Max, $"{at}.mean", "is above `max`", "raise `max`, which is \"1m\" where it is not given");
        errors.Check(latency.Mean == TimeSpan.Zero || latency.Mean >= latency.Min, $"{at}.mean", "is below `min`", "lower `min`");
    }
}
