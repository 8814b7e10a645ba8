using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ApeTest.Targets.Policy;

/// <summary>One host that may be reached, on one port or on any.</summary>
/// <param name="Host">Name or IP literal, lower case, IPv6 without brackets.</param>
/// <param name="Port">Port; null for any.</param>
internal readonly record struct HostRule(string Host, int? Port)
{
    /// <summary>Reads <c>host</c>, <c>host:port</c>, <c>[v6]</c> or <c>[v6]:port</c>.</summary>
    public static bool TryParse(string text, out HostRule rule)
    {
        rule = default;
        var host = text.Trim();
        int? port = null;
        var colon = host.LastIndexOf(':');
        if (colon >= 0 && (host.IndexOf(':') == colon || host[colon - 1 < 0 ? 0 : colon - 1] == ']'))
        {
            if (!int.TryParse(host.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > 65535)
            {
                return false;
            }
            port = number;
            host = host[..colon];
        }
        host = host.Trim('[', ']').ToLowerInvariant();
        if (Uri.CheckHostName(host) is UriHostNameType.Unknown or UriHostNameType.Basic)
        {
            return false;
        }
        rule = new HostRule(host, port);
        return true;
    }

    /// <summary>Whether the rule names this host and port.</summary>
    public bool Matches(string host, int port) => (Port is null || Port == port) && string.Equals(Host, host, StringComparison.OrdinalIgnoreCase);

    /// <summary>Host of a URL as rules write it: IPv6 without brackets.</summary>
    public static string HostOf(Uri url) => url.HostNameType == UriHostNameType.IPv6 ? url.Host.Trim('[', ']') : url.IdnHost;

    /// <summary>Whether a host name or literal is this machine by definition (RFC 6761 for <c>localhost</c>).</summary>
    public static bool IsLoopback(string host) => host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Whether an address is not on the public internet: loopback, private, link-local, unique local, shared, unspecified.</summary>
    public static bool IsPrivate(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
        {
            address = address.MapToIPv4();
        }
        if (IPAddress.IsLoopback(address))
        {
            return true;
        }
        Span<byte> bytes = stackalloc byte[16];
        _ = address.TryWriteBytes(bytes, out _);
        return address.AddressFamily == AddressFamily.InterNetwork
            ? bytes[0] is 0 or 10 || (bytes[0] == 172 && bytes[1] is >= 16 and < 32) || (bytes[0] == 192 && bytes[1] == 168)
                || (bytes[0] == 169 && bytes[1] == 254) || (bytes[0] == 100 && bytes[1] is >= 64 and < 128)
            : address.IsIPv6LinkLocal || address.IsIPv6SiteLocal || address.IsIPv6UniqueLocal || address.Equals(IPAddress.IPv6Any);
    }
}
