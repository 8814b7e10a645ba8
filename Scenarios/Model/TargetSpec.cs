using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model;

/// <summary>The system under test. Nothing but <see cref="Url"/>'s host and <see cref="Hosts"/> is reachable.</summary>
public sealed record TargetSpec
{
    /// <summary>Name used in the gateway's path and in metrics. Default <c>target</c>.</summary>
    public string Name { get; init; } = "target";

    /// <summary>Absolute http or https base URL, without query or fragment.</summary>
    public required Uri Url { get; init; }

    /// <summary>A sample target (one of <see cref="SampleNames"/>) that is started for the run, because no URL is given: <see cref="Url"/> is then a stand-in. Null: <see cref="Url"/> is where it is.</summary>
    public string? Sample { get; init; }

    /// <summary>Names of the sample targets that come with ApeTest.</summary>
    public static ImmutableArray<string> SampleNames { get; } = ["shop", "board", "florist", "mcp", "llm", "bank", "flaky"];

    /// <summary>Where the OpenAPI document is: a path on the target, an absolute URL or a file. Null: only generic HTTP tools.</summary>
    public string? OpenApi { get; init; }

    /// <summary>Where its GraphQL endpoint is: a path on the target or an absolute URL. Null: it has none.</summary>
    public string? GraphQl { get; init; }

    /// <summary>Further hosts (<c>host</c> or <c>host:port</c>) that may be reached, for redirects and links.</summary>
    public ImmutableArray<string> Hosts { get; init; } = [];

    /// <summary>Headers added to every request that does not carry them. Values may hold <c>${VAR}</c>.</summary>
    public ImmutableSortedDictionary<string, string> Headers { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Names of those of <see cref="Headers"/> whose values are credentials: filled from a variable, or named like one.</summary>
    public ImmutableArray<string> SecretHeaders { get; init; } = [];

    /// <summary>Time limit of one request. Default 30 s.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Who has which connections. Default <see cref="ConnectionUse.Own"/>.</summary>
    public ConnectionUse Connections { get; init; } = ConnectionUse.Own;

    /// <summary>
    /// Size of the shared pool where the scenario says nothing: with an answer in 10 ms it carries 25,600 requests a second (Little's law),
    /// more than a process makes, and is small enough for a server's usual limits.
    /// </summary>
    public const int DefaultMaxConnections = 256;

    /// <summary>Most connections of the shared pool, of one process to one origin. Default <see cref="DefaultMaxConnections"/>.</summary>
    public int MaxConnections { get; init; } = DefaultMaxConnections;

    /// <summary>Version of HTTP. Default <see cref="HttpUse.Auto"/>.</summary>
    public HttpUse Http { get; init; } = HttpUse.Auto;

    /// <summary>What sends the requests of journeys. Default <see cref="TransportUse.Auto"/>.</summary>
    public TransportUse Transport { get; init; } = TransportUse.Auto;

    /// <summary>IP addresses of this machine to which connections are bound, in turn: each has ports of its own. Default none: the system chooses.</summary>
    public ImmutableArray<string> SourceAddresses { get; init; } = [];

    /// <summary>How long a name's addresses are used before it is looked up again. Default 5 min.</summary>
    public TimeSpan DnsTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>HTTP proxy, absolute http URL. Null: none.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Accept any TLS certificate of the target. Default false.</summary>
    public bool Insecure { get; init; }
}
