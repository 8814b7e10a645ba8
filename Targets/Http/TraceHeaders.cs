using System.Diagnostics;

namespace ApeTest.Targets.Http;

/// <summary>W3C Trace Context and Baggage headers (https://www.w3.org/TR/trace-context/, https://www.w3.org/TR/baggage/).</summary>
public static class TraceHeaders
{
    /// <summary>Header of the trace context.</summary>
    public const string TraceParent = "traceparent";

    /// <summary>Header of the vendor part of the trace context.</summary>
    public const string TraceState = "tracestate";

    /// <summary>Header of the baggage.</summary>
    public const string Baggage = "baggage";

    /// <summary><c>00-{trace}-{span}-{01|00}</c>.</summary>
    public static string Format(in ActivityContext context) => string.Create(55, context, static (span, value) =>
    {
        "00-".CopyTo(span);
        value.TraceId.ToHexString().CopyTo(span[3..]);
        span[35] = '-';
        value.SpanId.ToHexString().CopyTo(span[36..]);
        span[52] = '-';
        span[53] = '0';
        span[54] = (value.TraceFlags & ActivityTraceFlags.Recorded) != 0 ? '1' : '0';
    });

    /// <summary>Reads a <c>traceparent</c>; false (and default) where it is absent or not valid.</summary>
    public static bool TryParse(string? value, out ActivityContext context)
    {
        context = default;
        return value is { Length: >= 55 } && ActivityContext.TryParse(value, null, isRemote: true, out context) && IsValid(context);
    }

    /// <summary>Whether both ids are set.</summary>
    public static bool IsValid(in ActivityContext context) => context.TraceId != default && context.SpanId != default;

    /// <summary>A new span in the trace of <paramref name="parent"/>, or a new sampled trace where there is none.</summary>
    public static ActivityContext Child(in ActivityContext parent) => parent.TraceId == default
        ? new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded)
        : new ActivityContext(parent.TraceId, ActivitySpanId.CreateRandom(), parent.TraceFlags);

    /// <summary><c>ape.run=..,ape.session=..,ape.agent=..,ape.action=..</c>; null for an empty identity.</summary>
    public static string? FormatBaggage(in ActionIdentity identity) => identity.Run is null && identity.Session is null
        ? null
        : $"ape.run={Uri.EscapeDataString(identity.Run ?? "")},ape.session={Uri.EscapeDataString(identity.Session ?? "")}," +
          $"ape.agent={Uri.EscapeDataString(identity.Agent ?? "")},ape.action={identity.Action}";
}
