using System.Net;
using System.Net.Http.Headers;
using ApeTest.Targets.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Forwarder;

namespace ApeTest.Gateway.Forwarding;

/// <summary>
/// What the gateway changes on the way of one request: the address and <c>Host</c> to the target, trace id and timing back. Made for each call,
/// which costs less than a feature of the request. YARP's base completes at once, hence nothing is awaited.
/// </summary>
internal sealed class GatewayTransformer(PolicyCall call, TimeProvider time) : HttpTransformer
{
    private CancellationToken _client;
    private HttpResponse? _response;

    /// <summary>Whether the answer's body rested longer than the time limit while the client was still there.</summary>
    public bool IsAnswerResting { get; private set; }

    public override ValueTask TransformRequestAsync(HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        var copied = base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        proxyRequest.RequestUri = call.Request.Url;
        // The target's own name, as a browser would send it.
        proxyRequest.Headers.Host = null;
        var headers = httpContext.Request.Headers;
        if (headers.Connection.Count > 0)
        {
            RemoveNamed(headers.Connection, proxyRequest.Headers);
        }
        if (headers.TraceState.Count > 0 && !TraceHeaders.TryParse(headers.TraceParent, out _))
        {
            // It belongs to a trace that is not gone on with (W3C Trace Context, 3.4).
            proxyRequest.Headers.Remove(TraceHeaders.TraceState);
        }
        call.Attach(proxyRequest);
        return copied;
    }

    public override ValueTask<bool> TransformResponseAsync(HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (proxyResponse is null)
        {
            return ValueTask.FromResult(false);
        }
        if (proxyResponse is { StatusCode: HttpStatusCode.SwitchingProtocols, RequestMessage.Headers.Upgrade.Count: 0 })
        {
            throw new HttpRequestException("it switches protocols, which nobody asked for");
        }
        // The forwarder's token: of the client that leaves, and of the time limit. Later nobody can tell which it was.
        _client = httpContext.RequestAborted; // not the context: the forwarder's token may be cancelled when the request is long over
        _ = cancellationToken.UnsafeRegister(static self => ((GatewayTransformer)self!).OnCanceled(), this);
        // A target that speaks of errors or timing in our name would be believed.
        ApeHeaders.Strip(proxyResponse.Headers);
        var copied = base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        var headers = httpContext.Response.Headers;
        headers[ApeHeaders.TraceId] = call.Request.Trace.TraceId.ToHexString();
        headers[ApeHeaders.Timing] = ApeHeaders.FormatTiming(call.Timing(time));
        if (proxyResponse.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.ResetContent)
        {
            // Neither has a body (RFC 9110, 15.3.5 and 15.3.6); the server throws where one is declared or written.
            httpContext.Response.ContentLength = null;
            return ValueTask.FromResult(false);
        }
        if (httpContext.Response.ContentLength is not 0)
        {
            // YARP sends the head with the body's first bytes: a target that is slow between the two would be held against the gateway.
            _response = httpContext.Response;
            _response.OnStarting(static self => ((GatewayTransformer)self).OnStartingAsync(), this);
        }
        return copied;
    }

    private Task OnStartingAsync()
    {
        if (call.BodyStarts(time))
        {
            _response!.Headers[ApeHeaders.Timing] = ApeHeaders.FormatTiming(call.Timing(time));
        }
        return Task.CompletedTask;
    }

    private void OnCanceled() => IsAnswerResting = !_client.IsCancellationRequested;

    /// <summary>RFC 9110, 7.6.1: what <c>Connection</c> names is meant for this hop only. The upgrade of a WebSocket is YARP's.</summary>
    private static void RemoveNamed(StringValues connection, HttpRequestHeaders headers)
    {
        foreach (var value in connection)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                var name = value.AsSpan()[range].Trim();
                if (!name.Equals("close", StringComparison.OrdinalIgnoreCase)
                    && !name.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
                    && !name.Equals("upgrade", StringComparison.OrdinalIgnoreCase)
                    && name.ToString() is var named && headers.NonValidated.Contains(named))
                {
                    headers.Remove(named);
                }
            }
        }
    }
}
