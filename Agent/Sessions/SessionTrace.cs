using System.Diagnostics;

namespace ApeTest.Agent.Sessions;

/// <summary>
/// Spans of a session. They exist without any listener too: the ids travel to proxy, gateway and target and stand on every log line.
/// The sampled flag is decided here, once per session (DESIGN 5, Sampling).
/// </summary>
internal static class SessionTrace
{
    public const string SourceName = "ApeTest.Agent";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Starts the root span of a session and makes it current. The trace id is random, not seeded: two runs of one seed share no trace.</summary>
    public static Activity StartSession(string goal, bool sampled)
    {
        // Ambient spans (a test's, a host's) are not parents of a session, which has none: its trace is whole.
        Activity.Current = null;
        var name = $"invoke_agent {goal}";
        // One that is not sampled is no listener's business.
        var trace = (sampled ? Source.StartActivity(name, ActivityKind.Internal) : null)
            ?? new Activity(name) { ActivityTraceFlags = sampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None }.Start();
        return trace.SetTag("gen_ai.operation.name", "invoke_agent").SetTag("gen_ai.agent.name", goal);
    }

    /// <summary>Starts a span that is current nowhere; null where nobody listens, or the sampler drops it.</summary>
    public static Activity? TryStart(string name, ActivityContext parent)
    {
        if (!Source.HasListeners())
        {
            return null;
        }
        var ambient = Activity.Current;
        var started = Source.StartActivity(name, ActivityKind.Internal, parent);
        Activity.Current = ambient;
        return started;
    }

    /// <summary>Makes the trace current until it is disposed, for measurements told later than they were made: their exemplars name it. Exported nowhere.</summary>
    public static Activity Within(ActivityContext trace) => new Activity("apetest.exemplar").SetParentId(trace.TraceId, trace.SpanId, trace.TraceFlags).Start();

    /// <summary>Starts a span below the current one and makes it current.</summary>
    public static Activity StartChild(string name, ActivityKind kind) => Start(name, Activity.Current?.Context ?? default, kind);

    private static Activity Start(string name, ActivityContext parent, ActivityKind kind)
    {
        if (Source.StartActivity(name, kind, parent) is { } listened)
        {
            return listened;
        }
        // Nobody listens, or the sampler dropped it: the ids are needed all the same.
        return new Activity(name).SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags).Start();
    }
}
