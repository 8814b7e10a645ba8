using System.Net;
using ApeTest.Gateway.Forwarding;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;

namespace ApeTest.Gateway.Mcp.Calls;

/// <summary>Reaches the targets under the policy that is in force when a request begins, and writes the access log. Thread-safe.</summary>
internal sealed class CurrentTransport(
    GatewayTargets targets, AccessLog log, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null) : ITargetTransport, IDisposable
{
    private readonly Lock _lock = new();
    private (TargetPolicy Policy, SocketsTransport Transport)? _current;

    /// <inheritdoc/>
    public async ValueTask<TargetExchange> SendAsync(TargetRequest request, CancellationToken cancellationToken)
    {
        if (!TraceHeaders.IsValid(request.Trace))
        {
            request.Trace = TraceHeaders.Child(request.Trace);
        }
        var exchange = await Transport().SendAsync(request, cancellationToken);
        log.Write(in request, in exchange, exchange.Status);
        return exchange;
    }

    public void Dispose() => _current?.Transport.Dispose();

    private SocketsTransport Transport()
    {
        var policy = targets.Current.Policy;
        lock (_lock)
        {
            if (_current is not { } current || !ReferenceEquals(current.Policy, policy))
            {
                // The one before is not disposed: requests under way end on it, then its idle connections close by themselves.
                _current = current = (policy, new SocketsTransport(policy, time, resolve));
            }
            return current.Transport;
        }
    }
}
