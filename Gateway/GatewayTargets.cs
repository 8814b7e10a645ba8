using System.Net;
using System.Text.Json;
using ApeTest.Gateway.Forwarding;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway;

/// <summary>The one owner of the gateway's present <see cref="GatewayState"/>. Thread-safe.</summary>
internal sealed class GatewayTargets : IDisposable
{
    private readonly TargetMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>>? _resolve;
    private readonly RetiredHandlers _retired;
    private readonly Lock _lock = new();
    private volatile GatewayState _current;

    /// <summary>Begins with a valid file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="metrics">Where requests are counted.</param>
    /// <param name="time">Clock.</param>
    /// <param name="resolve">Name resolution. Default the system's.</param>
    public GatewayTargets(GatewayFile file, TargetMetrics metrics, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null)
    {
        (_metrics, _time, _resolve) = (metrics, time, resolve);
        _retired = new RetiredHandlers(time);
        var policy = new TargetPolicy(file, metrics, time);
        _current = new GatewayState(file, policy, new TargetInvokers(policy, time, resolve));
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
            var keepsFaults = JsonSerializer.Serialize(file.Faults) == JsonSerializer.Serialize(before.File.Faults);
            var policy = new TargetPolicy(file, _metrics, _time, before.Policy, keepsFaults ? before.Policy.Faults : null);
            next = new GatewayState(file, policy, new TargetInvokers(policy, _time, _resolve, before.Invokers));
            _current = next;
            before.Invokers.RetireWhatIsNotIn(next.Invokers, _retired);
        }
        Replaced?.Invoke(next);
        return next;
    }

    /// <summary>Puts other faults in force, until they are switched again or the file's faults change.</summary>
    public void SwitchFaults(FaultPlan faults)
    {
        // With Replace one after the other: a switch is not lost to a file that is read at the same time.
        lock (_lock)
        {
            _current.Policy.SwitchFaults(faults);
        }
    }

    public void Dispose()
    {
        _current.Invokers.Dispose();
        _retired.Dispose();
    }
}
