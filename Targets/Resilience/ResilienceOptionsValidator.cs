using System.Globalization;
using ApeTest.Scenarios.Loading;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Resilience;

/// <summary>Checks <see cref="RetryOptions"/> and <see cref="CircuitBreakerOptions"/>.</summary>
internal static class ResilienceOptionsValidator
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan Half = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private static readonly string[] Failures =
        [TargetErrors.Connect, TargetErrors.Reset, TargetErrors.Timeout, TargetErrors.Dns, TargetErrors.Tls, TargetErrors.Protocol];

    public static void Validate(RetryOptions retry, string at, OptionErrors errors)
    {
        errors.Check(retry.Attempts is >= 0 and <= 10, $"{at}.attempts", "must be from 0 to 10", "write 2");
        errors.CheckDuration($"{at}.delay", retry.Delay, TimeSpan.Zero, LongestWait);
        errors.CheckDuration($"{at}.maxDelay", retry.MaxDelay, TimeSpan.Zero, LongestWait);
        errors.Check(retry.Delay <= retry.MaxDelay, $"{at}.delay", "is longer than `maxDelay`", $"write at most \"{Durations.Format(retry.MaxDelay)}\", or raise `maxDelay`");
        ValidateOn(retry.On, $"{at}.on", errors);
        for (var i = 0; i < retry.Methods.Count; i++)
        {
            var field = $"{at}.methods[{i}]";
            errors.Check(retry.Methods[i].Length > 0 && retry.Methods[i].All(char.IsAsciiLetterUpper), field,
                $"{errors.Quoted(field, retry.Methods[i])} is not a method", "write \"GET\"");
        }
    }

    public static void Validate(CircuitBreakerOptions? breaker, string at, OptionErrors errors)
    {
        if (breaker is null)
        {
            return;
        }
        errors.Check(breaker.Failures is >= 2 and <= 1_000_000, $"{at}.failures", "must be from 2 to 1000000", "write 5");
        errors.CheckShare($"{at}.share", breaker.Share);
        errors.CheckDuration($"{at}.window", breaker.Window, Half, Day);
        errors.CheckDuration($"{at}.break", breaker.Break, Half, Day);
        ValidateOn(breaker.On, $"{at}.on", errors);
    }

    private static void ValidateOn(IList<string> on, string at, OptionErrors errors)
    {
        errors.Check(on.Count > 0, at, "is empty: nothing would count", $"write [\"{TargetErrors.Connect}\", 503], or remove it for the default");
        for (var i = 0; i < on.Count; i++)
        {
            var field = $"{at}[{i}]";
            if (int.TryParse(on[i], NumberStyles.None, CultureInfo.InvariantCulture, out var status))
            {
                errors.Check(status is >= 400 and <= 599, field, $"{status} is not a status from 400 to 599", "write 503");
            }
            else if (!Failures.Contains(on[i], StringComparer.Ordinal))
            {
                var meant = errors.IsWritten(field) ? null : Distances.Closest(on[i], Failures);
                errors.Add(field, $"{errors.Quoted(field, on[i])} is neither a status nor a kind of failure",
                    meant is null ? $"write a status or one of {string.Join(", ", Failures)}" : $"did you mean \"{meant}\"?");
            }
        }
    }
}
