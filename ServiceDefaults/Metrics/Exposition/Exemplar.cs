using System.Diagnostics;

namespace ApeTest.ServiceDefaults.Metrics.Exposition;

/// <summary>One measurement out of many that leads to its trace: of a histogram one in each bucket, of a counter one.</summary>
/// <param name="TraceId">Trace in which it was measured; one that is kept, since its session was sampled.</param>
/// <param name="SpanId">Span in which it was measured.</param>
/// <param name="Value">What was measured.</param>
/// <param name="Taken">When.</param>
internal sealed record Exemplar(string TraceId, string SpanId, double Value, DateTimeOffset Taken)
{
    // Scrapes come each 5 s or more: nobody sees those that were there in between.
    private static readonly TimeSpan LeastAge = TimeSpan.FromSeconds(1);

    /// <summary>Replaces <paramref name="held"/> by a measurement of now, where the one before is a second old.</summary>
    public static void Offer(ref Exemplar? held, Activity span, double value, TimeProvider time)
    {
        var now = time.GetUtcNow();
        if (held is null || now - held.Taken >= LeastAge)
        {
            held = new Exemplar(span.TraceId.ToHexString(), span.SpanId.ToHexString(), value, now);
        }
    }
}
