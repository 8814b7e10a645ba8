namespace ApeTest.LlmProxy.Errors;

/// <summary>The bounded set of <c>error.type</c>: these, and <c>http_{status}</c> for a provider's own answers.</summary>
internal static class ErrorTypes
{
    public const string None = "none";
    public const string Dns = "dns";
    public const string Connect = "connect";
    public const string Tls = "tls";
    public const string Reset = "reset";
    public const string ConnectTimeout = "timeout_connect";
    public const string HeadersTimeout = "timeout_headers";
    public const string FirstTokenTimeout = "timeout_first_token";
    public const string InterTokenTimeout = "timeout_inter_token";
    public const string TotalTimeout = "timeout_total";
    public const string Truncated = "stream_truncated";
    public const string InvalidJson = "invalid_json";
    public const string Protocol = "protocol";
    public const string TooLarge = "too_large";
    public const string UpstreamError = "upstream_error";
    public const string Cancelled = "cancelled";
    public const string Queue = "queue";
    public const string CircuitOpen = "circuit_open";
    public const string MissingKey = "missing_key";
    public const string Budget = "budget";
    public const string RateLimited = "rate_limited";
    public const string Internal = "internal";

    public static string Http(int status) => "http_" + status.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether a request that failed so was not answered at all, so that it may be sent again.</summary>
    public static bool IsUnanswered(string errorType) => errorType is Dns or Connect or Tls or Reset or ConnectTimeout;

    public static bool IsTimeout(string errorType) => errorType.StartsWith("timeout_", StringComparison.Ordinal);
}
