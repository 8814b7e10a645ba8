using System.Collections.Immutable;
using System.Net;
using System.Text;
using System.Text.Json;
using ApeTest.Targets.Auth;
using ApeTest.Targets.Resilience;

namespace ApeTest.Targets.Policy;

/// <summary>One target of a policy, compiled from valid <see cref="TargetOptions"/>.</summary>
public sealed class TargetEntry
{
    /// <summary>What the caller waits beyond the limits of the attempts, so that those end first: only then is it known whose time it was.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(1);

    private readonly ImmutableArray<HostRule> _hosts;
    private readonly ImmutableArray<RequestRule> _deny;
    private readonly ImmutableArray<RequestRule> _allow;

    private readonly string? _overridden;
    private readonly TargetOptions _options;

    internal TargetEntry(TargetOptions options, TimeProvider time)
    {
        _options = options;
        Name = options.Name;
        Url = new Uri(options.Url);
        Host = HostRule.HostOf(Url);
        Timeout = TargetOptionsValidator.TryParseTimeout(options.Timeout, out var timeout) ? timeout : TimeSpan.FromSeconds(30);
        Insecure = options.Insecure;
        IsLoopback = HostRule.IsLoopback(Host);
        _hosts = [new HostRule(Host.ToLowerInvariant(), Url.Port), .. options.Hosts.Select(static text => HostRule.TryParse(text, out var rule) ? rule : default)];
        _deny = [.. options.Deny.Select(RuleOf)];
        _allow = [.. options.Allow.Select(RuleOf)];
        Headers = [.. options.Headers];
        AuthHeader = HeaderOf(options.Auth);
        AuthQuery = options.Auth is { Type: AuthType.ApiKey, In: "query" } key ? $"{Uri.EscapeDataString(key.Name!)}={Uri.EscapeDataString(key.Value!)}" : null;
        if (AuthHeader is { } auth)
        {
            // The one written under `auth` wins over the same name under `headers`.
            Headers.RemoveAll(header => header.Key.Equals(auth.Key, StringComparison.OrdinalIgnoreCase));
            Headers.Add(auth);
            _overridden = options.Auth.Override ? auth.Key : null;
        }
        Login = TargetLogin.Create(options.Auth, Url, time);
        if (Login?.Header is { } shown)
        {
            Headers.RemoveAll(header => header.Key.Equals(shown, StringComparison.OrdinalIgnoreCase));
        }
        Resilience = TargetResilience.Create(Name, options.Retry, options.CircuitBreaker, Timeout, time);
        Patience = Resilience is null ? Timeout : (Timeout + options.Retry.MaxDelay) * options.Retry.Attempts + Timeout + Margin;
        Origin = Url.GetLeftPart(UriPartial.Authority);
        Below = Url.AbsoluteUri.TrimEnd('/');
        BasePath = Url.AbsolutePath.TrimEnd('/');
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

    /// <summary>
    /// How long a caller waits for all attempts and the waits between them together, and how long a stream may rest:
    /// <see cref="Timeout"/> where there are neither retries nor a circuit breaker.
    /// </summary>
    public TimeSpan Patience { get; }

    /// <summary><c>scheme://host:port</c> of <see cref="Url"/>, as <see cref="Uri.GetLeftPart"/> writes it.</summary>
    public string Origin { get; }

    /// <summary><see cref="Url"/> as text without a slash at its end.</summary>
    public string Below { get; }

    /// <summary>Path of <see cref="Url"/> without a slash at its end.</summary>
    public string BasePath { get; }

    internal KeyValuePair<string, string>? AuthHeader { get; }

    internal string? AuthQuery { get; }

    /// <summary>Whether <see cref="AuthQuery"/> replaces the request's own parameter of that name.</summary>
    internal bool OverridesQuery => _options.Auth.Override;

    internal TargetLogin? Login { get; }

    internal TargetResilience? Resilience { get; }

    internal string Host { get; }

    internal List<KeyValuePair<string, string>> Headers { get; }

    /// <summary>Whether this is the target that the options describe.</summary>
    internal bool IsOf(TargetOptions options) => JsonSerializer.Serialize(options) == JsonSerializer.Serialize(_options);

    /// <summary>Whether the URL is the target's own, not one of a further host: only there its credentials and headers are shown.</summary>
    internal bool IsOwn(Uri url) => url.Port == Url.Port
        && string.Equals(url.Host, Url.Host, StringComparison.OrdinalIgnoreCase) && string.Equals(url.Scheme, Url.Scheme, StringComparison.Ordinal);

    /// <summary>Whether the target's own value of that header replaces the request's.</summary>
    internal bool Overrides(string header) => _overridden is not null && _overridden.Equals(header, StringComparison.OrdinalIgnoreCase);

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

    /// <summary>Whether a rule on paths may name a request of that method.</summary>
    internal bool HasPathRules(string method) => _deny.Concat(_allow)
        .Any(rule => rule.Path is not null && (rule.Method is null || rule.Method.Equals(method, StringComparison.OrdinalIgnoreCase)));

    internal bool IsDenied(string method, string path, string? operation) => IsAny(_deny, method, path, operation);

    internal bool IsAllowed(string method, string path, string? operation) => IsAny(_allow, method, path, operation);

    /// <summary>Decoded, as the paths are that it is compared with (<see cref="RequestPath"/>).</summary>
    private static RequestRule RuleOf(string text) =>
        RequestRule.TryParse(text, out var rule) ? rule with { Path = rule.Path is null ? null : Uri.UnescapeDataString(rule.Path) } : default;

    private static KeyValuePair<string, string>? HeaderOf(AuthOptions auth) => auth.Type switch
    {
        AuthType.Bearer => new("Authorization", $"Bearer {auth.Token}"),
        AuthType.Basic => new("Authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{auth.User}:{auth.Password}"))),
        AuthType.ApiKey when auth.In == "header" => new(auth.Name!, auth.Value!),
        _ => null,
    };

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
