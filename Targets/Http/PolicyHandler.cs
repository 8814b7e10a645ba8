using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Http;

/// <summary>
/// Applies a <see cref="TargetPolicy"/> to every request: judges it, strips what is ours, adds the target's headers and the trace
/// context, and takes the times. In process it stands in <see cref="SocketsTransport"/>, in the gateway under YARP's forwarder.
/// A refused request throws <see cref="TargetRefusedException"/>. The adapter calls <see cref="TargetPolicy.Complete"/>.
/// </summary>
public sealed class PolicyHandler(TargetPolicy policy, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <inheritdoc/>
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var call = PolicyCall.Of(request);
        var verdict = policy.Prepare(ref call.Request);
        if (!verdict.Allowed)
        {
            throw new TargetRefusedException(verdict);
        }
        Apply(request, in call.Request);
        call.Forwarded = time.GetTimestamp();
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        finally
        {
            call.Responded = time.GetTimestamp();
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
            if (!headers.Contains(header.Key))
            {
                headers.TryAddWithoutValidation(header.Key, header.Value);
            }
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
