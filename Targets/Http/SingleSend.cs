using System.Text;

namespace ApeTest.Targets.Http;

/// <summary>
/// Ends the hidden retries of <see cref="SocketsHttpHandler"/>, which sends a request without a body again, up to three times, where the connection is
/// closed before the first byte of an answer; nothing can count that, and it falsifies a load's results (docs/design/005-gateway.md, "Hidden retries").
/// Over plain HTTP the second writing of the request's headers is refused, before any of it leaves; over TLS, where HTTP/2 may be spoken and its unprocessed
/// requests are rightly sent again, <see cref="SingleSendStream"/> turns that end of the connection into an error.
/// </summary>
internal static class SingleSend
{
    private static readonly HttpRequestOptionsKey<bool> Written = new("ApeTest.SingleSend");

    /// <summary>Sets a handler so. Every request through it must carry <c>traceparent</c>, once.</summary>
    /// <param name="handler">The handler.</param>
    /// <param name="counts">Whether the bytes of each request are counted too (<see cref="WireStream"/>). Default false.</param>
    public static void Apply(SocketsHttpHandler handler, bool counts = false)
    {
        handler.RequestHeaderEncodingSelector = OnHeader;
        handler.PlaintextStreamFilter = (context, _) => ValueTask.FromResult(Filter(context, counts));
    }

    private static Stream Filter(SocketsHttpPlaintextStreamFilterContext context, bool counts)
    {
        // Within a tunnel through a proxy the connection is filtered again, above its TLS.
        var isCounted = counts && context.NegotiatedHttpVersion.Major < 2 && context.InitialRequestMessage.Method != HttpMethod.Connect;
        return context.InitialRequestMessage.RequestUri?.Scheme == Uri.UriSchemeHttps ? new SingleSendStream(context.PlaintextStream, isCounted)
            : isCounted ? new WireStream(context.PlaintextStream, isCounted)
            : context.PlaintextStream;
    }

    /// <summary>
    /// Asked for each header that is written. Latin-1: bytes beyond ASCII in a header are opaque (RFC 9110, 5.5); under a proxy that reads them so too they
    /// pass as they came.
    /// </summary>
    private static Encoding OnHeader(string name, HttpRequestMessage request)
    {
        if (name.Length == TraceHeaders.TraceParent.Length && name == TraceHeaders.TraceParent && request.RequestUri?.Scheme == Uri.UriSchemeHttp)
        {
            if (PolicyCall.Find(request) is { } call)
            {
                call.HeadersWritten();
            }
            else if (!request.Options.TryAdd(Written.Key, true))
            {
                throw new HiddenRetryException();
            }
        }
        return Encoding.Latin1;
    }
}

/// <summary>The client library was about to send a request again by itself: the connection ended before an answer began.</summary>
internal sealed class HiddenRetryException() : InvalidOperationException("the connection ended before an answer began");
