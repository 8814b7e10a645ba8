using System.Net;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Http;

/// <summary>
/// The general transport in process: <see cref="PolicyHandler"/> over <see cref="SocketsHttpHandler"/>, one connection pool a target.
/// Thread-safe.
/// </summary>
public sealed class SocketsTransport : ITargetTransport, IDisposable
{
    private readonly TargetPolicy _policy;
    private readonly TimeProvider _time;
    private readonly SocketsOptions _options;
    private readonly Func<string, CancellationToken, Task<IPAddress[]>>? _resolve;
    private readonly Dictionary<string, HttpMessageInvoker> _invokers = new(StringComparer.Ordinal);

    /// <summary>Creates the transport for the targets of <paramref name="policy"/>.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="time">Clock.</param>
    /// <param name="resolve">Name resolution. Default the system's.</param>
    /// <param name="maxConnections">Most connections to a server; what would need another waits for one. Default unlimited.</param>
    /// <param name="options">How it connects. Null: HTTP/1.1, and the defaults.</param>
    public SocketsTransport(TargetPolicy policy, TimeProvider time, Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null, int maxConnections = int.MaxValue,
        SocketsOptions? options = null)
    {
        _options = options ?? new SocketsOptions { Http = HttpUse.Http11 };
        _policy = policy;
        _time = time;
        _resolve = resolve;
        foreach (var target in policy.Targets)
        {
            var handler = TargetConnector.CreateHandler(target, decompress: true, resolve, _options);
            handler.MaxConnectionsPerServer = maxConnections;
            _invokers[target.Name] = new HttpMessageInvoker(new PolicyHandler(policy, time, handler));
        }
    }

    /// <summary>The same way to the same targets, over connections of its own; budgets and breakers stay common. The caller disposes it.</summary>
    /// <param name="agent">Whose; agents take the source addresses in turn. From 0.</param>
    public SocketsTransport Apart(int agent) => new(_policy, _time, _resolve, options: _options with { FirstSource = agent });

    /// <inheritdoc/>
    public async ValueTask<TargetExchange> SendAsync(TargetRequest request, CancellationToken cancellationToken)
    {
        var call = new PolicyCall(in request, _time.GetTimestamp()) { Wire = new WireCount() };
        var exchange = await SendCoreAsync(call, cancellationToken);
        _policy.Complete(in exchange);
        return exchange;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var invoker in _invokers.Values)
        {
            invoker.Dispose();
        }
    }

    private async ValueTask<TargetExchange> SendCoreAsync(PolicyCall call, CancellationToken cancellationToken)
    {
        var target = _policy.Find(call.Request.Target);
        if (target is null)
        {
            // Asked all the same, so that an unknown target reads the same here and in the gateway.
            return Failed(call, new TargetFailure(TargetErrors.Denied, _policy.Prepare(ref call.Request).Detail ?? ""), _time.GetTimestamp());
        }
        if (!RequestWriter.TryWrite(in call.Request, call.Request.Url, out var message, out var error))
        {
            message.Dispose();
            return Failed(call, new TargetFailure(TargetErrors.Denied, error ?? ""), _time.GetTimestamp());
        }
        using var sent = message;
        call.Attach(message);
        _options.Apply(message);
        var patience = call.Request.Timeout ?? target.Patience;
        using var limit = new CancellationTokenSource(patience, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var status = 0;
        List<KeyValuePair<string, string>> headers = [];
        try
        {
            using var response = await _invokers[target.Name].SendAsync(message, linked.Token);
            ResponseReader.CheckLength(response);
            status = (int)response.StatusCode;
            headers = ResponseReader.ReadHeaders(response);
            var (body, length) = await ResponseReader.ReadBodyAsync(response.Content, call.Request.MaxBodyBytes, call.Request.ReadsWholeBody, linked.Token);
            return Finish(call, _time.GetTimestamp()) with { Status = status, Headers = headers, Body = body, BodyLength = length };
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && TargetFailure.Classify(exception) is not null)
        {
            var failure = limit.IsCancellationRequested
                ? TargetFailure.Late(patience)
                : TargetFailure.Classify(exception)!.Value;
            return Failed(call, failure, _time.GetTimestamp()) with { Status = status, Headers = headers };
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
    }

    private TargetExchange Failed(PolicyCall call, TargetFailure failure, long ended) => Finish(call, ended) with
    {
        ErrorType = failure.ErrorType,
        ErrorMessage = failure.Message,
    };

    private TargetExchange Finish(PolicyCall call, long ended)
    {
        var timing = call.Timing(ended, _time);
        return new TargetExchange
        {
            Headers = [],
            Url = call.Request.Url,
            Target = call.Request.Target,
            Trace = call.Request.Trace,
            RetryReasons = call.RetryReasons,
            IsNewConnection = call.HasMadeConnection,
            BytesSent = call.Wire!.Sent,
            BytesReceived = call.Wire.Received,
            // The body is the target's time too.
            Timing = timing with { Target = timing.Target + (_time.GetElapsedTime(call.Started, ended) - timing.Ttfb) },
        };
    }
}
