using System.Text.Json.Serialization;
using ApeTest.Scenarios.Loading;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Auth;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Resilience;

namespace ApeTest.Targets.Policy;

/// <summary>The gateway file <c>ape.mcp-gateway.json</c> (DESIGN 14.5); in process the same options are made from the scenario.</summary>
public sealed class GatewayFile
{
    /// <summary>Targets; names are unique.</summary>
    public IList<TargetOptions> Targets { get; set; } = [];

    /// <summary>Faults to inject, in the order in which they are tried. Default none; switched at run time by the admin call.</summary>
    public IList<FaultOptions> Faults { get; set; } = [];

    /// <summary>Limits over all targets.</summary>
    public LimitOptions Limits { get; set; } = new();
}

/// <summary>One target.</summary>
public sealed class TargetOptions
{
    /// <summary>Name in the gateway's path; letters, digits, '-' and '_'.</summary>
    public required string Name { get; set; }

    /// <summary>Absolute http or https base URL.</summary>
    public required string Url { get; set; }

    /// <summary>Path on the target, absolute URL or file of its OpenAPI document. Null: none.</summary>
    [JsonPropertyName("openapi")]
    public string? OpenApi { get; set; }

    /// <summary>Path on the target or absolute URL of its GraphQL endpoint. Null: none.</summary>
    [JsonPropertyName("graphql")]
    public string? GraphQl { get; set; }

    /// <summary>Further hosts (<c>host</c> or <c>host:port</c>) that may be reached.</summary>
    public IList<string> Hosts { get; set; } = [];

    /// <summary>Headers added where the request has none of that name.</summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>Time limit of one request: <c>30s</c>. Default 30 s.</summary>
    public string Timeout { get; set; } = "30s";

    /// <summary>Accept any TLS certificate. Default false.</summary>
    public bool Insecure { get; set; }

    /// <summary>Credentials that the gateway adds. Default none.</summary>
    public AuthOptions Auth { get; set; } = new();

    /// <summary>Retries. Default none.</summary>
    public RetryOptions Retry { get; set; } = new();

    /// <summary>Circuit breaker. Null: none.</summary>
    public CircuitBreakerOptions? CircuitBreaker { get; set; }

    /// <summary>Denied requests: <c>METHOD /path/glob</c> or an operationId.</summary>
    public IList<string> Deny { get; set; } = [];

    /// <summary>Requests allowed although destructive on a target that is not loopback: <c>METHOD /path/glob</c> or an operationId.</summary>
    public IList<string> Allow { get; set; } = [];

    /// <summary>The options of a scenario's target.</summary>
    public static TargetOptions From(TargetSpec target) => new()
    {
        Name = target.Name,
        Url = target.Url.AbsoluteUri,
        OpenApi = target.OpenApi,
        GraphQl = target.GraphQl,
        Hosts = [.. target.Hosts],
        Headers = new Dictionary<string, string>(target.Headers, StringComparer.OrdinalIgnoreCase),
        Timeout = Durations.Format(target.Timeout),
        Insecure = target.Insecure,
    };
}

/// <summary>Limits over all targets of a gateway.</summary>
public sealed class LimitOptions
{
    /// <summary>Most requests in the gateway's life. Null: unlimited.</summary>
    public long? RequestBudget { get; set; }

    /// <summary>Most bytes of a request body. Default 10 MiB.</summary>
    public long BodyBytes { get; set; } = 10 * 1024 * 1024;
}
