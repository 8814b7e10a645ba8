using System.Diagnostics;
using System.Globalization;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Records;
using ApeTest.Targets.Journeys;
using ApeTest.Targets.Raw;

namespace ApeTest.Agent.Journeys;

/// <summary>
/// Spans of a sampled session, where somebody listens: <c>invoke_agent {journey}</c> and an <c>execute_tool {step}</c> for each request. They are
/// never the current ones: a loop runs many sessions.
/// </summary>
internal sealed class JourneySpans
{
    private readonly Activity _session;
    private Activity? _step;

    private JourneySpans(Activity session) => _session = session;

    /// <summary>Starts the session's span; null where nobody listens.</summary>
    public static JourneySpans? Start(JourneySession session)
    {
        // In the session's trace, and below nothing.
        var root = new ActivityContext(ContextOf(session.Trace).TraceId, default, ActivityTraceFlags.Recorded);
        var span = SessionTrace.TryStart($"invoke_agent {session.Journey.Name}", root);
        return span is null ? null : new JourneySpans(span.SetTag("gen_ai.operation.name", "invoke_agent").SetTag("gen_ai.agent.name", session.Journey.Name));
    }

    /// <summary>A trace context as .NET's.</summary>
    public static ActivityContext ContextOf(in RawTrace trace) => new(
        ActivityTraceId.CreateFromString(trace.TraceId), ActivitySpanId.CreateFromString(trace.Span.ToString("x16", CultureInfo.InvariantCulture)),
        trace.Sampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None);

    /// <summary>Starts the span of a request; its context travels with it.</summary>
    public RawTrace? Sent(CompiledStep step)
    {
        _step?.Stop();
        _step = SessionTrace.TryStart($"execute_tool {step.Name}", _session.Context);
        return _step is null ? null : Of(_step.Context);
    }

    /// <summary>The request was answered, or failed.</summary>
    public void Answered(int status, string? error)
    {
        _step?.SetTag("http.response.status_code", status).SetTag("error.type", error).Stop();
        _step = null;
    }

    /// <summary>The session has ended.</summary>
    public void Ended(SessionOutcome outcome)
    {
        _step?.Stop();
        _session.SetTag("apetest.session.outcome", AgentMetrics.OutcomeName(outcome)).Stop();
    }

    private static RawTrace Of(in ActivityContext context)
    {
        var trace = context.TraceId.ToHexString();
        return new RawTrace(Hex(trace.AsSpan(0, 16)), Hex(trace.AsSpan(16)), Hex(context.SpanId.ToHexString()), (context.TraceFlags & ActivityTraceFlags.Recorded) != 0);
    }

    private static ulong Hex(ReadOnlySpan<char> text) => ulong.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
