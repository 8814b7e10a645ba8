using ApeTest.Targets.Auth;
using ApeTest.Targets.Faults;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Resilience;

namespace ApeTest.Targets.Http;

/// <summary>
/// Applies a <see cref="TargetPolicy"/> to every request: judges it, strips what is ours, adds the target's headers and the trace
/// context, injects faults, logs in, retries, and takes the times. In process it stands in <see cref="SocketsTransport"/>, in the gateway
/// under YARP's forwarder. A refused request throws <see cref="TargetRefusedException"/>. The adapter calls <see cref="TargetPolicy.Complete"/>.
/// </summary>
public sealed class PolicyHandler : DelegatingHandler
{
    private readonly TargetPolicy _policy;
    private readonly TimeProvider _time;
    private readonly Attempt _attempt;
    private readonly Attempt _resilient;
    private readonly Attempt _login;

    /// <summary>Creates the handler over the target's own.</summary>
    public PolicyHandler(TargetPolicy policy, TimeProvider time, HttpMessageHandler inner)
        : base(inner)
    {
        (_policy, _time) = (policy, time);
        _attempt = AttemptAsync;
        _resilient = ResilientAsync;
        _login = LoginAsync;
    }

    /// <inheritdoc/>
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // 1. May it go?
        var call = PolicyCall.Of(request);
        var verdict = _policy.Prepare(ref call.Request);
        if (!verdict.Allowed)
        {
            return Task.FromException<HttpResponseMessage>(new TargetRefusedException(verdict));
        }

        // 2. What travels with it.
        Apply(request, in call.Request);

        // 3. To the target, with a fault where one hits the request. Not awaited here: most requests meet one asynchronous step, the attempt.
        return call.Request.Fault is { } fault ? FaultedAsync(fault, request, call, cancellationToken) : ForwardAsync(request, call, cancellationToken);
    }

    /// <summary>A fault before the target or in its place, and one on its answer's body.</summary>
    private async Task<HttpResponseMessage> FaultedAsync(FaultHit fault, HttpRequestMessage request, PolicyCall call, CancellationToken cancellationToken) =>
        await FaultInjection.BeforeAsync(fault, request, _time, cancellationToken)
            ?? FaultInjection.After(fault, await ForwardAsync(request, call, cancellationToken), _time);

    /// <summary>With its login, its retries and its breaker where the target has them.</summary>
    private Task<HttpResponseMessage> ForwardAsync(HttpRequestMessage request, PolicyCall call, CancellationToken cancellationToken) =>
        call.Request.Entry!.Login is { } login && !call.IsLogin
            ? login.SendAsync(request, call, _resilient, _login, cancellationToken)
            : ResilientAsync(request, call, cancellationToken);

    private Task<HttpResponseMessage> ResilientAsync(HttpRequestMessage request, PolicyCall call, CancellationToken cancellationToken) =>
        call.Request.Entry!.Resilience is { } resilience
            ? resilience.SendAsync(request, call, _attempt, cancellationToken)
            : AttemptAsync(request, call, cancellationToken);

    /// <summary>A login call is a request like any other: judged, counted, hit by faults, retried.</summary>
    private async Task<HttpResponseMessage> LoginAsync(HttpRequestMessage request, PolicyCall call, CancellationToken cancellationToken)
    {
        call.Attach(request);
        HttpResponseMessage? response = null;
        string? error = null;
        try
        {
            response = await SendAsync(request, cancellationToken);
            return response;
        }
        catch (Exception exception)
        {
            error = TargetFailure.Classify(exception)?.ErrorType ?? TargetErrors.Gateway;
            throw;
        }
        finally
        {
            _policy.Complete(new TargetExchange
            {
                Headers = [],
                Target = call.Request.Target,
                Status = (int?)response?.StatusCode ?? 0,
                ErrorType = error,
                RetryReasons = call.RetryReasons,
                Timing = call.Timing(_time),
            });
        }
    }

    private async Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage request, PolicyCall call, CancellationToken cancellationToken)
    {
        call.AttemptStarts(_time.GetTimestamp());
        if (call.Wire is { } wire)
        {
            WireStream.Begin(wire);
        }
        var hasResponse = false;
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            hasResponse = true;
            return response;
        }
        finally
        {
            call.AttemptEnds(_time.GetTimestamp(), hasResponse);
        }
    }

    private static void Apply(HttpRequestMessage message, in TargetRequest request)
    {
        var headers = message.Headers;
        headers.Remove(TraceHeaders.Baggage);
        headers.Remove(TraceHeaders.TraceParent);
        headers.Remove(ApeHeaders.TraceId);
        ApeHeaders.Strip(headers);
        if (request.PolicyHeaders is { } added)
        {
            foreach (var header in added)
            {
                if (request.Entry!.Overrides(header.Key))
                {
                    headers.Remove(header.Key);
                }
                if (!headers.Contains(header.Key))
                {
                    headers.TryAddWithoutValidation(header.Key, header.Value);
                }
            }
        }
        if (request.PolicyQuery is { } query)
        {
            message.RequestUri = QueryKey.Show(request.Url, query, request.Entry!.OverridesQuery);
        }
        headers.TryAddWithoutValidation(TraceHeaders.TraceParent, TraceHeaders.Format(request.Trace));
        headers.TryAddWithoutValidation(ApeHeaders.TraceId, request.Trace.TraceId.ToHexString());
    }
}
