using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using ApeTest.ServiceDefaults.Identity;
using ApeTest.Targets.Http;

namespace ApeTest.Agent.Brains;

/// <summary>
/// Under the SDK, for both chat brains: sends the trace context and identity of the current span, asks the proxy for its figures and
/// picks them out of the answer (DESIGN 14.1) without delaying a byte.
/// </summary>
internal sealed class MeasureHandler(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    /// <summary>Asks for, and where the answer is not streamed carries, the figures.</summary>
    public const string Header = "X-Ape-Measure";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation(Header, "1");
        if (Activity.Current is { } activity)
        {
            request.Headers.TryAddWithoutValidation(TraceHeaders.TraceParent, TraceHeaders.Format(activity.Context));
        }
        if (RequestIdentity.Current is { } identity)
        {
            request.Headers.TryAddWithoutValidation(RequestIdentity.HeaderName, identity.ToBaggage());
        }

        var response = await base.SendAsync(request, cancellationToken);
        if (MeasuredCall.Current is not { } call)
        {
            return response;
        }
        if (response.Headers.TryGetValues(Header, out var values))
        {
            call.Measure = ModelMeasure.Parse(Encoding.UTF8.GetBytes(values.First()));
        }
        if (response.Content.Headers.ContentType?.MediaType is "text/event-stream")
        {
            var stream = new MeasureStream(await response.Content.ReadAsStreamAsync(cancellationToken), call);
            call.Attach(stream);
            response.Content = WithHeaders(new StreamContent(stream), response.Content.Headers);
        }
        return response;
    }

    private static StreamContent WithHeaders(StreamContent content, HttpContentHeaders headers)
    {
        foreach (var header in headers)
        {
            content.Headers.TryAddWithoutValidation(header.Key, header.Value);
        }
        return content;
    }
}
