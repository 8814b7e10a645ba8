using System.Text;
using ApeTest.Targets.Http;
using ApeTest.Targets.Raw;
using ApeTest.Tests.Shared;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>A target of one agent that answers at once and moves the clock by what that would have taken.</summary>
/// <param name="clock">The clock.</param>
/// <param name="answer">Says what comes back to a request; its second argument counts them from 0.</param>
internal sealed class FakeRaw(FakeTimeProvider clock, Func<RawSeen, int, RawReply> answer) : IRawTransport
{
    public List<RawSeen> Seen { get; } = [];

    /// <summary>Sessions that were told to have ended.</summary>
    public int SessionsEnded { get; private set; }

    public bool IsDisposed { get; private set; }

    public ValueTask SendAsync(RawRequest request, RawExchange exchange, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        exchange.Clear();
        var seen = new RawSeen(request.Route.Method.Method, Encoding.UTF8.GetString(request.Target.Span), Encoding.UTF8.GetString(request.Headers.Span), Encoding.UTF8.GetString(request.Body.Span),
            request.Timeout, request.Trace, clock.GetTimestamp());
        var reply = answer(seen, Seen.Count);
        Seen.Add(seen);
        if (reply.Fault is { } fault)
        {
            throw fault;
        }
        var late = reply.Latency > request.Timeout;
        clock.Advance(reply.Queued);
        exchange.Queued = reply.Queued;
        exchange.Dispatched = clock.GetTimestamp();
        exchange.Target = exchange.Ttfb = late ? request.Timeout : reply.Latency;
        clock.Advance(exchange.Target);
        cancellationToken.ThrowIfCancellationRequested();
        exchange.Ended = clock.GetTimestamp();
        (late ? RawReply.Of(TargetErrors.Timeout) : reply).WriteTo(exchange);
        return ValueTask.CompletedTask;
    }

    public void EndSession() => SessionsEnded++;

    public void Dispose() => IsDisposed = true;
}

/// <summary>What a request brought.</summary>
internal sealed record RawSeen(string Method, string Target, string Headers, string Body, TimeSpan Timeout, RawTrace Trace, long At);
