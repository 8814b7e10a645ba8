using ApeTest.Targets.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace ApeTest.Gateway.Forwarding;

/// <summary>What the gateway changes on the way: the address and <c>Host</c> to the target, trace id and timing back. Holds no state; the call travels in the features.</summary>
internal sealed class GatewayTransformer(TimeProvider time) : HttpTransformer
{
    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var call = httpContext.Features.GetRequiredFeature<PolicyCall>();
        proxyRequest.RequestUri = call.Request.Url;
        // The target's own name, as a browser would send it.
        proxyRequest.Headers.Host = null;
        call.Attach(proxyRequest);
    }

    public override async ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var copyBody = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is null)
        {
            return copyBody;
        }
        var headers = httpContext.Response.Headers;
        foreach (var name in headers.Keys.Where(static name => name.StartsWith(ApeHeaders.Prefix, StringComparison.OrdinalIgnoreCase)).ToArray())
        {
            // A target that speaks of errors or timing in our name would be believed.
            headers.Remove(name);
        }
        var call = httpContext.Features.GetRequiredFeature<PolicyCall>();
        headers[ApeHeaders.TraceId] = call.Request.Trace.TraceId.ToHexString();
        headers[ApeHeaders.Timing] = ApeHeaders.FormatTiming(call.Timing(time.GetTimestamp(), time));
        return copyBody;
    }
}
