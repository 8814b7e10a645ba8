using System.Collections.Immutable;

namespace ApeTest.Scenarios.Model;

/// <summary>The system under test. Nothing but <see cref="Url"/>'s host and <see cref="Hosts"/> is reachable.</summary>
public sealed record TargetSpec
{
    /// <summary>Name used in the gateway's path and in metrics. Default <c>target</c>.</summary>
    public string Name { get; init; } = "target";

    /// <summary>Absolute http or https base URL, without query or fragment.</summary>
    public required Uri Url { get; init; }

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

    /// <summary>Accept any TLS certificate of the target. Default false.</summary>
    public bool Insecure { get; init; }
}
