using System.Diagnostics;
using System.Text;
using ApeTest.Targets.Http;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>Turns an answer in bytes into one in objects, for what is asked of few answers: oracles, comparisons, records.</summary>
public static class ExchangeText
{
    /// <summary>The answer as oracles take it; its body is a copy, so that it may be kept.</summary>
    public static TargetExchange ToTargetExchange(this RawExchange exchange, RawRequest request) => exchange.Describe(request) with { Body = exchange.Body.ToArray() };

    /// <summary>The same over the answer's own body: valid as long as that.</summary>
    internal static TargetExchange Describe(this RawExchange exchange, RawRequest? request)
    {
        var headers = new KeyValuePair<string, string>[exchange.Headers.Count];
        for (var i = 0; i < headers.Length; i++)
        {
            headers[i] = new(Encoding.Latin1.GetString(exchange.Headers.Name(i)), HeaderText(exchange.Headers.Value(i)));
        }
        return new TargetExchange
        {
            Status = exchange.Status,
            Target = request?.Route.Target,
            Headers = headers,
            Body = exchange.Body,
            BodyLength = exchange.BodyLength,
            Url = request is null ? null : UrlOf(request),
            Trace = request is null || request.Trace == default ? default : ContextOf(request.Trace),
            Timing = new TargetTiming(exchange.Gateway, exchange.Target, exchange.Ttfb, exchange.Retries, "none") { Revision = exchange.Revision },
            ErrorType = exchange.ErrorType,
            ErrorMessage = exchange.ErrorMessage,
        };
    }

    /// <summary>A header's value: UTF-8 where it is that, else Latin-1.</summary>
    internal static string HeaderText(ReadOnlySpan<byte> value) =>
        System.Text.Unicode.Utf8.IsValid(value) ? Encoding.UTF8.GetString(value) : Encoding.Latin1.GetString(value);

    /// <summary>Where a request goes. Its target is no reference: one that begins with <c>//</c> is a path of that very server.</summary>
    internal static Uri UrlOf(RawRequest request) =>
        new(request.Route.Server.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped) + Encoding.ASCII.GetString(request.Target.Span));

    private static ActivityContext ContextOf(RawTrace trace) => new(
        ActivityTraceId.CreateFromString(trace.TraceId), ActivitySpanId.CreateFromString($"{trace.Span:x16}"), trace.Sampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None);
}
