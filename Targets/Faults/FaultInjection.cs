using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Faults;

/// <summary>Does to a request what its <see cref="FaultHit"/> says.</summary>
internal static class FaultInjection
{
    // A person reads it: 'name', not \u0027name\u0027.
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// Before the target: delays, slows the request's body. Returns the answer that stands in the target's place, or null to go on. An
    /// abort throws <see cref="InjectedAbortException"/>.
    /// </summary>
    public static async ValueTask<HttpResponseMessage?> BeforeAsync(FaultHit fault, HttpRequestMessage message, TimeProvider time, CancellationToken cancellationToken)
    {
        var options = fault.Options;
        if (fault.Latency > TimeSpan.Zero)
        {
            await Task.Delay(fault.Latency, time, cancellationToken);
        }
        if (options.Abort)
        {
            throw new InjectedAbortException();
        }
        if (options.Status is { } status)
        {
            return After(fault, Answer(status, options, message), time);
        }
        if (options.Throttle is { } rate && message.Content is { } content)
        {
            message.Content = new PacedContent(content, () => new Pace(time, rate, spread: null, length: null));
        }
        return null;
    }

    /// <summary>After the target's headers: slows the answer's body, if it has one.</summary>
    public static HttpResponseMessage After(FaultHit fault, HttpResponseMessage response, TimeProvider time)
    {
        var options = fault.Options;
        var isUpgraded = response.StatusCode == HttpStatusCode.SwitchingProtocols;
        var spread = isUpgraded ? null : options.SlowBody;
        if ((options.Throttle is null && spread is null) || IsBodyless(response))
        {
            return response;
        }
        var length = response.Content.Headers.ContentLength;
        response.Content = new PacedContent(response.Content, () => new Pace(time, options.Throttle, spread, length), isUpgraded);
        return response;
    }

    private static bool IsBodyless(HttpResponseMessage response) => response.RequestMessage?.Method == HttpMethod.Head
        || response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified
        || response.Content.Headers.ContentLength == 0;

    private static HttpResponseMessage Answer(int status, FaultOptions options, HttpRequestMessage message)
    {
        var which = options.Name is { } name ? $"'{name}'" : "without a name";
        var problem = new { type = "about:blank", title = "Injected fault", status, detail = $"This answer is the injected fault {which}: the target was not asked." };
        var content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(problem, Readable));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/problem+json");
        var response = new HttpResponseMessage((HttpStatusCode)status) { Content = content, RequestMessage = message };
        if (options.RetryAfter is { } after)
        {
            response.Headers.TryAddWithoutValidation("Retry-After", ((long)Math.Ceiling(after.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
        }
        return response;
    }
}

/// <summary>The fault <c>abort</c>: the adapter cuts its connection, or reports <see cref="TargetErrors.Reset"/> where it has none.</summary>
public sealed class InjectedAbortException() : IOException("the connection was cut by an injected fault");
