using System.Diagnostics;

namespace ApeTest.Targets.Http;

/// <summary>What came back. <see cref="Status"/> 0 with an <see cref="ErrorType"/> where no response came.</summary>
public readonly record struct TargetExchange
{
    /// <summary>HTTP status; 0 without a response.</summary>
    public int Status { get; init; }

    /// <summary>Name of the target in the gateway file; null where unknown.</summary>
    public string? Target { get; init; }

    /// <summary>Response headers in order of arrival, content headers included; never null.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; }

    /// <summary>Response body, at most the request's limit.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>Whole length of the body in bytes, kept or not.</summary>
    public long BodyLength { get; init; }

    /// <summary>Bytes of the request on the wire, head included, above TLS; with retries, of all attempts. 0 where nothing was sent or nobody counts: HTTP/2, a remote gateway.</summary>
    public long BytesSent { get; init; }

    /// <summary>Bytes of the answer on the wire, packed as it came; otherwise as <see cref="BytesSent"/>.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Final URL on the target.</summary>
    public Uri? Url { get; init; }

    /// <summary>Trace context that was sent.</summary>
    public ActivityContext Trace { get; init; }

    /// <summary>Where the time went.</summary>
    public TargetTiming Timing { get; init; }

    /// <summary>Whether a connection was begun for it; false where a gateway made it.</summary>
    public bool IsNewConnection { get; init; }

    /// <summary>Why it was retried, for each retry (<see cref="PolicyCall.RetryReasons"/>); null: it was not, or a remote gateway did it.</summary>
    public IReadOnlyList<string>? RetryReasons { get; init; }

    /// <summary>Why it was retried last; null: see <see cref="RetryReasons"/>.</summary>
    public string? RetryReason => RetryReasons is [.., var last] ? last : null;

    /// <summary>
    /// Null for a response of any status but one that is GraphQL's error. Otherwise bounded: one of <see cref="TargetErrors"/>.
    /// </summary>
    public string? ErrorType { get; init; }

    /// <summary>What to tell a person about <see cref="ErrorType"/>; null without one.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>An exchange without a response.</summary>
    public static TargetExchange Failed(string errorType, string message) => new() { Headers = [], ErrorType = errorType, ErrorMessage = message };

    /// <summary>First value of a header, or null; names compare without case.</summary>
    public string? Header(string name)
    {
        foreach (var header in Headers ?? [])
        {
            if (string.Equals(header.Key, name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }
        return null;
    }
}

/// <summary>Where one exchange's time went (DESIGN 14.1).</summary>
/// <param name="Gateway">Policy, forwarding and injected latency.</param>
/// <param name="Target">Forward to response headers, plus headers to last byte.</param>
/// <param name="Ttfb">Send to response headers, gateway included.</param>
/// <param name="Retries">Retries made by the policy. Default 0.</param>
/// <param name="Fault">Injected fault, or <c>none</c>.</param>
public readonly record struct TargetTiming(TimeSpan Gateway, TimeSpan Target, TimeSpan Ttfb, int Retries, string Fault)
{
    /// <summary>Revision of the policy that let the request through: another than before means that the gateway was edited meanwhile. 0: not known.</summary>
    public int Revision { get; init; }

    /// <summary>Gateway plus target.</summary>
    public TimeSpan Total => Gateway + Target;
}

/// <summary>Bounded values of <c>error.type</c> for exchanges without a usable response.</summary>
public static class TargetErrors
{
    /// <summary>The name did not resolve.</summary>
    public const string Dns = "dns";

    /// <summary>The connection was refused or not made in time.</summary>
    public const string Connect = "connect";

    /// <summary>TLS failed.</summary>
    public const string Tls = "tls";

    /// <summary>The request's time limit passed.</summary>
    public const string Timeout = "timeout";

    /// <summary>The connection was reset or ended early.</summary>
    public const string Reset = "reset";

    /// <summary>The answer was not HTTP.</summary>
    public const string Protocol = "protocol";

    /// <summary>The policy refused the request: host or operation not allowed.</summary>
    public const string Denied = "denied";

    /// <summary>The body that the client sent to the gateway was malformed or came too slowly.</summary>
    public const string BadRequest = "bad_request";

    /// <summary>The target's circuit breaker is open.</summary>
    public const string CircuitOpen = "circuit_open";

    /// <summary>The login that the target's <c>auth</c> asks for failed.</summary>
    public const string Login = "login";

    /// <summary>The run's request budget is exhausted.</summary>
    public const string Budget = "budget";

    /// <summary>The answer is one of GraphQL's errors, whatever its status.</summary>
    public const string GraphQl = "graphql";

    /// <summary>As <see cref="GraphQl"/>, and the error says that the session is not logged in.</summary>
    public const string GraphQlUnauthenticated = "graphql_unauthenticated";

    /// <summary>The generator cannot keep the bodies that arrive at once.</summary>
    public const string Memory = "memory";

    /// <summary>The gateway itself could not be reached or failed.</summary>
    public const string Gateway = "gateway";
}
