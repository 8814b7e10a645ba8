using System.Collections.Immutable;
using System.Net;

namespace ApeTest.Targets.Policy;

/// <summary>One target of a policy, compiled from valid <see cref="TargetOptions"/>.</summary>
public sealed class TargetEntry
{
    private readonly ImmutableArray<HostRule> _hosts;
    private readonly ImmutableArray<RequestRule> _deny;
    private readonly ImmutableArray<RequestRule> _allow;

    internal TargetEntry(TargetOptions options)
    {
        Name = options.Name;
        Url = new Uri(options.Url);
        Host = HostRule.HostOf(Url);
        Timeout = TargetOptionsValidator.TryParseTimeout(options.Timeout, out var timeout) ? timeout : TimeSpan.FromSeconds(30);
        Insecure = options.Insecure;
        IsLoopback = HostRule.IsLoopback(Host);
        _hosts = [new HostRule(Host.ToLowerInvariant(), Url.Port), .. options.Hosts.Select(static text => HostRule.TryParse(text, out var rule) ? rule : default)];
        _deny = [.. options.Deny.Select(static text => RequestRule.TryParse(text, out var rule) ? rule : default)];
        _allow = [.. options.Allow.Select(static text => RequestRule.TryParse(text, out var rule) ? rule : default)];
        Headers = [.. options.Headers];
    }

    /// <summary>Name.</summary>
    public string Name { get; }

    /// <summary>Base URL.</summary>
    public Uri Url { get; }

    /// <summary>Time limit of one request.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Whether any TLS certificate is accepted.</summary>
    public bool Insecure { get; }

    /// <summary>Whether the target is on this machine.</summary>
    public bool IsLoopback { get; }

    internal string Host { get; }

    internal List<KeyValuePair<string, string>> Headers { get; }

    internal bool IsHostAllowed(string host, int port)
    {
        foreach (var rule in _hosts)
        {
            if (rule.Matches(host, port))
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>
    /// Whether a connection to an address that <paramref name="host"/> resolved to may be made. The target's own name may be anywhere (it
    /// was named on purpose: a container's name resolves to a private address); a further host's name may not turn out to be a private
    /// address unless that address is listed too.
    /// </summary>
    internal bool IsAddressAllowed(string host, int port, IPAddress address)
    {
        if (!IsHostAllowed(host, port))
        {
            return false;
        }
        return !HostRule.IsPrivate(address)
            || IPAddress.TryParse(host, out _)
            || HostRule.IsLoopback(host)
            || string.Equals(host, Host, StringComparison.OrdinalIgnoreCase)
            || IsHostAllowed(address.ToString(), port);
    }

    internal bool IsDenied(string method, string path, string? operation) => IsAny(_deny, method, path, operation);

    internal bool IsAllowed(string method, string path, string? operation) => IsAny(_allow, method, path, operation);

    private static bool IsAny(ImmutableArray<RequestRule> rules, string method, string path, string? operation)
    {
        foreach (var rule in rules)
        {
            if (rule.Matches(method, path, operation))
            {
                return true;
            }
        }
        return false;
    }
}
