using System.Collections.Immutable;
using System.Diagnostics;

namespace ApeTest.ServiceDefaults.Telemetry;

/// <summary>The hosts of this process that export, and which of them a span belongs to: a provider sees the spans of all.</summary>
internal static class TelemetryHosts
{
    private const string OurSources = "ApeTest.";

    private static ImmutableArray<HostTelemetry> _hosts = [];

    public static void Enter(HostTelemetry host) => ImmutableInterlocked.Update(ref _hosts, static (hosts, host) => hosts.Add(host), host);

    /// <summary>Takes a host out; returns how many are left.</summary>
    public static int Leave(HostTelemetry host)
    {
        ImmutableInterlocked.Update(ref _hosts, static (hosts, host) => hosts.Remove(host), host);
        return _hosts.Length;
    }

    /// <summary>Whether the host is the first: the one that tells what belongs to none.</summary>
    public static bool IsFirst(HostTelemetry host) => _hosts is [var first, ..] && ReferenceEquals(first, host);

    /// <summary>
    /// The host that a span belongs to: the one whose server made it, the one that its source is named after, the one of the span above it (a
    /// client's span), or the first. Null without hosts.
    /// </summary>
    public static HostTelemetry? OwnerOf(Activity span)
    {
        var hosts = _hosts;
        if (hosts.Length <= 1)
        {
            return hosts is [var only] ? only : null;
        }

        for (var above = span; above is not null; above = above.Parent)
        {
            foreach (var host in hosts)
            {
                if (ReferenceEquals(above.Source, host.ServerSource) || IsNamedAfter(above.Source.Name, host.Service))
                {
                    return host;
                }
            }
        }

        return hosts[0];
    }

    // "ApeTest.LlmProxy" is of "llm-proxy", "ApeTest.Gateway.Mcp" of "gateway".
    private static bool IsNamedAfter(string source, string service)
    {
        if (!source.StartsWith(OurSources, StringComparison.Ordinal))
        {
            return false;
        }

        var name = source.AsSpan(OurSources.Length);
        var at = 0;
        foreach (var c in service)
        {
            if (c is '-')
            {
                continue;
            }

            if (at == name.Length || char.ToLowerInvariant(name[at]) != c)
            {
                return false;
            }

            at++;
        }

        return at == name.Length || name[at] is '.';
    }
}
