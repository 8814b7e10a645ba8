using System.Collections.Immutable;
using ApeTest.Scenarios.Data;

namespace ApeTest.Targets.Journeys.Rendering;

/// <summary>A step's request as bytes with places to fill in.</summary>
internal sealed record RequestTemplate
{
    /// <summary>Path, with the query but for a reference.</summary>
    public required ByteTemplate Target { get; init; }

    /// <summary>The path as it is written, without its query, in ASCII.</summary>
    public required string Written { get; init; }

    /// <summary>Whether the path begins with a value: a reference (RFC 3986, section 4.1).</summary>
    public required bool IsReference { get; init; }

    /// <summary>Parameters that are appended to a reference, of which is not known whether it has a query; empty for none.</summary>
    public required ByteTemplate Query { get; init; }

    /// <summary>Header lines but <c>Cookie</c>.</summary>
    public required ByteTemplate Headers { get; init; }

    /// <summary>The same header by header.</summary>
    public required ImmutableArray<(string Name, ByteTemplate Line)> HeaderLines { get; init; }

    /// <summary>The step's own cookies, <c>a=1; b=2</c>; empty for none.</summary>
    public required ByteTemplate Cookies { get; init; }

    public required ByteTemplate Body { get; init; }

    public required bool HasBody { get; init; }

    /// <summary>URL that relative references are below.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>Whether a header is for the step's own server alone: by its name, or since a value in it is a secret.</summary>
    public bool IsCredential(string header) => SecretNames.ContainsHeader(header)
        || HeaderLines.Any(line => line.Name.Equals(header, StringComparison.OrdinalIgnoreCase) && line.Line.HoldsSecret);
}
