using System.Collections.Concurrent;
using System.Net;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Lean;

/// <summary>
/// Makes the agents' transports of a run that speak HTTP/1.1 on bytes over a loop's connections. For targets that <see cref="CanServe"/> lets pass.
/// Disposing it closes the shared connections, and those of agents that were not disposed before.
/// </summary>
public sealed class LeanTransports : IDisposable
{
    private readonly ConcurrentDictionary<(string Host, int Port), LeanServer> _servers = new();
    private readonly ConcurrentDictionary<TargetLoop, LeanLoop> _loops = new();
    private readonly TimeProvider _time;
    private readonly RawSockets? _general;
    private int _source;

    /// <summary>Creates the factory of a run.</summary>
    /// <param name="policy">The policy that every request passes.</param>
    /// <param name="time">Clock: that of the loops.</param>
    /// <param name="options">How agents connect.</param>
    /// <param name="general">Where requests go whose route is not http: a redirect or an extracted URL led there. Not disposed here. Null: they are refused.</param>
    public LeanTransports(TargetPolicy policy, TimeProvider time, LeanOptions? options = null, ITargetTransport? general = null)
    {
        (Policy, _time, Options) = (policy, time, options ?? new LeanOptions());
        _general = general is null ? null : new RawSockets(general, time);
    }

    internal TargetPolicy Policy { get; }

    internal LeanOptions Options { get; }

    /// <summary>Whether requests to the target can go this way; otherwise why not, as the end of a sentence that begins with "because".</summary>
    public static bool CanServe(TargetPolicy policy, string target, out string? why)
    {
        why = !OperatingSystem.IsLinux() ? "this is not Linux"
            : policy.Find(target) is not { } entry ? $"target '{target}' is not known"
            : entry.Url.Scheme != Uri.UriSchemeHttp ? "the target speaks TLS"
            : entry.Login is not null ? "the target has a login"
            : entry.Resilience is not null ? "the target has retries or a circuit breaker"
            : entry.AuthQuery is not null ? "the target's key is in the query"
            : policy.Faults.Faults.Count > 0 ? "faults are injected"
            : null;
        return why is null;
    }

    /// <summary>The transport of an agent that lives on <paramref name="loop"/>. From any thread.</summary>
    /// <param name="loop">The loop.</param>
    /// <param name="slot">The agent's slot.</param>
    public IRawTransport Create(TargetLoop loop, int slot) => new LeanTransport(_loops.GetOrAdd(loop, static (loop, owner) => new LeanLoop(owner, loop), this));

    /// <summary>Closes connections and publishes what was counted.</summary>
    public void Dispose()
    {
        foreach (var loop in _loops.Values)
        {
            loop.Loop.Post(static loop => ((LeanLoop)loop!).Dispose(), loop);
        }
    }

    /// <summary>Sends what this way does not speak by the general one, off the loop; without one it is refused.</summary>
    internal ValueTask SendElsewhere(RawRequest request, RawExchange exchange, CancellationToken cancellationToken)
    {
        if (_general is { } general)
        {
            return new ValueTask(Task.Run(() => general.SendAsync(request, exchange, cancellationToken).AsTask(), CancellationToken.None));
        }
        exchange.Dispatched = exchange.Ended = _time.GetTimestamp();
        exchange.ErrorType = TargetErrors.Denied;
        exchange.ErrorMessage = $"the lean transport does not speak {request.Route.Server.Scheme}, and nothing was sent: write `target.transport: sockets`";
        return ValueTask.CompletedTask;
    }

    internal LeanServer ServerOf(RawRoute route)
    {
        if (route.Bound is LeanServer bound && bound.Owner == this)
        {
            return bound;
        }
        var server = _servers.GetOrAdd((HostRule.HostOf(route.Server).ToLowerInvariant(), route.Server.Port),
            static (_, state) => new LeanServer(state.Owner, state.Url, state.Owner.Options, state.Owner._time), (Owner: this, Url: route.Server));
        route.Bound = server;
        return server;
    }

    /// <summary>Where the next connection comes from; null: the system's choice.</summary>
    internal IPAddress? NextSource() => Options.SourceAddresses is { Count: > 0 } sources
        ? sources[(int)((uint)Interlocked.Increment(ref _source) % (uint)sources.Count)]
        : null;
}
