using ApeTest.Gateway.Forwarding;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway;

/// <summary>The one owner of the gateway's present <see cref="GatewayState"/>. Thread-safe.</summary>
internal sealed class GatewayTargets : IDisposable
{
    private readonly TargetMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Lock _lock = new();
    private volatile GatewayState _current;

    public GatewayTargets(GatewayFile file, TargetMetrics metrics, TimeProvider time)
    {
        (_metrics, _time) = (metrics, time);
        var policy = new TargetPolicy(file, metrics, time);
        _current = new GatewayState(file, policy, new TargetInvokers(policy, time), Revision: 1);
    }

    /// <summary>Raised after a replacement, on the thread that replaced.</summary>
    public event Action<GatewayState>? Replaced;

    /// <summary>The state for a request that begins now.</summary>
    public GatewayState Current => _current;

    /// <summary>
    /// Puts a valid file in force for requests that begin from now on; those under way end with the state that they began with. Targets whose options did not change
    /// keep their connections, logins and breakers; faults that were switched at run time stay where the file's faults did not change.
    /// </summary>
    public GatewayState Replace(GatewayFile file)
    {
        GatewayState next;
        lock (_lock)
        {
            var before = _current;
            var policy = new TargetPolicy(file, _metrics, _time, before.Policy);
            next = new GatewayState(file, policy, new TargetInvokers(policy, _time), before.Revision + 1);
            _current = next;
        }
        Replaced?.Invoke(next);
        return next;
    }

    public void Dispose() => _current.Invokers.Dispose();
}
