using System.Net;
using ApeTest.Scenarios.Model;

namespace ApeTest.Targets.Http;

/// <summary>How the general transport connects, beside what the target itself says.</summary>
public sealed record SocketsOptions
{
    /// <summary>Version of HTTP. Default 1.1 for http, what the target agrees to for https.</summary>
    public HttpUse Http { get; init; }

    /// <summary>Proxy that requests go through; it resolves the target's name then. Null: none.</summary>
    public Uri? Proxy { get; init; }

    /// <summary>Addresses that connections come from, in turn. Default (empty): the system's choice.</summary>
    public IReadOnlyList<IPAddress> SourceAddresses { get; init; } = [];

    /// <summary>Which of <see cref="SourceAddresses"/> the first connection takes, modulo their number. Default 0.</summary>
    public int FirstSource { get; init; }

    /// <summary>How long a resolved name is believed: no connection is used for longer. Default 5 minutes, within which a target behind changing DNS is followed, as browsers do.</summary>
    public TimeSpan DnsTtl { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>What the scenario says.</summary>
    public static SocketsOptions From(TargetSpec target) => new()
    {
        Http = target.Http,
        Proxy = target.Proxy,
        SourceAddresses = [.. target.SourceAddresses.Select(IPAddress.Parse)],
        DnsTtl = target.DnsTtl,
    };

    /// <summary>Asks for the version.</summary>
    public void Apply(HttpRequestMessage message)
    {
        (message.Version, message.VersionPolicy) = Http switch
        {
            HttpUse.Http2 => (HttpVersion.Version20, HttpVersionPolicy.RequestVersionExact),
            HttpUse.Auto when message.RequestUri?.Scheme == Uri.UriSchemeHttps => (HttpVersion.Version20, HttpVersionPolicy.RequestVersionOrLower),
            _ => (HttpVersion.Version11, HttpVersionPolicy.RequestVersionOrLower),
        };
    }
}
