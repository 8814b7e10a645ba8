using System.Globalization;
using System.Text.Json;
using ApeTest.Targets.Resilience;

namespace ApeTest.Gateway.Configuration;

/// <summary>Reads <c>retry</c> and <c>circuitBreaker</c> of a target.</summary>
internal static class ResilienceReader
{
    public static readonly string[] RetryKeys = ["attempts", "delay", "maxDelay", "jitter", "on", "methods"];

    public static readonly string[] BreakerKeys = ["failures", "share", "window", "break", "on"];

    public static RetryOptions ReadRetry(FieldReader reader, JsonElement element, string at)
    {
        var retry = new RetryOptions();
        foreach (var (key, value) in reader.Fields(element, at, RetryKeys))
        {
            var path = $"{at}.{key}";
            switch (key)
            {
                case "attempts":
                    retry.Attempts = reader.Count(value, path) ?? retry.Attempts;
                    break;
                case "delay":
                    retry.Delay = reader.Duration(value, path) ?? retry.Delay;
                    break;
                case "maxDelay":
                    retry.MaxDelay = reader.Duration(value, path) ?? retry.MaxDelay;
                    break;
                case "jitter":
                    retry.Jitter = reader.Flag(value, path);
                    break;
                case "on":
                    retry.On = reader.Items(value, path, (item, where) => Token(reader, item, where));
                    break;
                case "methods":
                    retry.Methods = reader.Texts(value, path);
                    break;
            }
        }
        return retry;
    }

    public static CircuitBreakerOptions? ReadBreaker(FieldReader reader, JsonElement element, string at)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return null;
        }
        var breaker = new CircuitBreakerOptions();
        foreach (var (key, value) in reader.Fields(element, at, BreakerKeys))
        {
            var path = $"{at}.{key}";
            switch (key)
            {
                case "failures":
                    breaker.Failures = reader.Count(value, path) ?? breaker.Failures;
                    break;
                case "share":
                    breaker.Share = reader.Number(value, path) ?? breaker.Share;
                    break;
                case "window":
                    breaker.Window = reader.Duration(value, path) ?? breaker.Window;
                    break;
                case "break":
                    breaker.Break = reader.Duration(value, path) ?? breaker.Break;
                    break;
                case "on":
                    breaker.On = reader.Items(value, path, (item, where) => Token(reader, item, where));
                    break;
            }
        }
        return breaker;
    }

    /// <summary>A status as number, or an error type as text.</summary>
    private static string Token(FieldReader reader, JsonElement element, string at)
    {
        if (element.ValueKind == JsonValueKind.Number)
        {
            return reader.Whole(element, at)?.ToString(CultureInfo.InvariantCulture) ?? "";
        }
        var text = reader.Text(element, at);
        if (text is not null && text.Length > 0 && text.All(char.IsAsciiDigit))
        {
            reader.Add(at, "must be a number where it is a status", "write it without quotes");
        }
        return text ?? "";
    }
}
