using System.Net;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Lean;

/// <summary>A server of a run: its name, and its addresses for as long as they are believed. Thread-safe.</summary>
internal sealed class LeanServer
{
    private readonly Lock _lock = new();
    private readonly Func<string, CancellationToken, Task<IPAddress[]>> _resolve;
    private readonly TimeProvider _time;
    private readonly TimeSpan _ttl;
    private readonly IPAddress[]? _literal;
    private volatile Known? _known;
    private Task<IPAddress[]>? _pending;

    public LeanServer(LeanTransports owner, Uri url, LeanOptions options, TimeProvider time)
    {
        (Owner, Host, Port, _time, _ttl) = (owner, HostRule.HostOf(url), url.Port, time, options.DnsTtl);
        _resolve = options.Resolve ?? Dns.GetHostAddressesAsync;
        _literal = IPAddress.TryParse(Host, out var address) ? [address] : null;
    }

    /// <summary>The run's transports.</summary>
    public LeanTransports Owner { get; }

    /// <summary>Name or IP literal.</summary>
    public string Host { get; }

    /// <summary>Port.</summary>
    public int Port { get; }

    /// <summary>Whether a connection that was made at this timestamp is too old to be used again.</summary>
    public bool IsOutdated(long opened, long now) => _literal is null && _time.GetElapsedTime(opened, now) > _ttl;

    /// <summary>Its addresses; null where they have to be asked for.</summary>
    public IPAddress[]? Addresses => _literal ?? (_known is { } known && _time.GetElapsedTime(known.At) <= _ttl ? known.Addresses : null);

    /// <summary>Asks for them, once for all that want them at a time.</summary>
    public Task<IPAddress[]> ResolveAsync()
    {
        lock (_lock)
        {
            return _pending ??= AskAsync();
        }
    }

    private async Task<IPAddress[]> AskAsync()
    {
        // Begun under the lock and on a loop: it goes on elsewhere.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            var addresses = await _resolve(Host, CancellationToken.None).ConfigureAwait(false);
            _known = new Known(addresses, _time.GetTimestamp());
            return addresses;
        }
        finally
        {
            lock (_lock)
            {
                _pending = null;
            }
        }
    }

    private sealed record Known(IPAddress[] Addresses, long At);
}
