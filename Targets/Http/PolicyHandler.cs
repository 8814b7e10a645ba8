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

    /// <summary>Creates the handler over the target's own.</summary>
    public PolicyHandler(TargetPolicy policy, TimeProvider time, HttpMessageHandler inner)
        : base(inner)
    {
        (_policy, _time) = (policy, time);
        _attempt = AttemptAsync;
        _resilient = ResilientAsync;
    }

    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // 1. May it go?
        var call = PolicyCall.Of(request);
        var verdict = _policy.Prepare(ref call.Request);
        if (!verdict.Allowed)
        {
            throw new TargetRefusedException(verdict);
        }

        // 2. What travels with it.
        Apply(request, in call.Request);

        // 3. A fault before the target, or in its place.
        var fault = call.Request.Fault;
        if (fault is not null && await FaultInjection.BeforeAsync(fault, request, _time, cancellationToken) is { } injected)
        {
            return injected;
        }

        // 4. To the target: with its login, its retries and its breaker where it has them.
        var target = call.Request.Entry!;
        var response = await (target.Login is { } login
            ? login.SendAsync(request, call, _resilient, cancellationToken)
            : ResilientAsync(request, call, cancellationToken));

        // 5. A fault on the answer's body.
        return fault is null ? response : FaultInjection.After(fault, response, _time);
    }

    private Task<HttpResponseMessage> ResilientAsync(HttpRequestMessage request, PolicyCall call, CancellationToken cancellationToken) =>
        call.Request.Entry!.Resilience is { } resilience
            ? resilience.SendAsync(request, call, _attempt, cancellationToken)
            : AttemptAsync(request, call, cancellationToken);

    private async Task<HttpResponseMessage> AttemptAsync(HttpRequestMessage request, PolicyCall call, CancellationToken cancellationToken)
    {
        call.AttemptStarts(_time.GetTimestamp());
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
        StripOwn(headers);
        foreach (var header in request.PolicyHeaders ?? [])
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
        if (request.PolicyQuery is { } query)
        {
            var url = request.Url.AbsoluteUri;
            message.RequestUri = new Uri(url + (request.Url.Query.Length > 0 ? "&" : "?") + query);
        }
        headers.TryAddWithoutValidation(TraceHeaders.TraceParent, TraceHeaders.Format(request.Trace));
        headers.TryAddWithoutValidation(ApeHeaders.TraceId, request.Trace.TraceId.ToHexString());
    }

    private static void StripOwn(System.Net.Http.Headers.HttpRequestHeaders headers)
    {
        List<string>? own = null;
        foreach (var header in headers.NonValidated)
        {
            if (header.Key.StartsWith(ApeHeaders.Prefix, StringComparison.OrdinalIgnoreCase))
            {
                (own ??= []).Add(header.Key);
            }
        }
        foreach (var name in own ?? [])
        {
            headers.Remove(name);
        }
    }
}
