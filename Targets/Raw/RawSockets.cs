using System.Diagnostics;
using System.Text;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Raw;

/// <summary>
/// One agent's requests over a general transport: for TLS, HTTP/2, proxies, gateways, logins, retries and injected faults.
/// </summary>
public sealed class RawSockets : IRawTransport
{
    private readonly TimeProvider _time;
    private readonly Func<SocketsTransport>? _open;
    private readonly bool _renews;
    private ITargetTransport? _transport;

    /// <summary>Over a transport that others use too, and that is not disposed here.</summary>
    /// <param name="transport">The transport.</param>
    /// <param name="time">Clock. Default the system's.</param>
    public RawSockets(ITargetTransport transport, TimeProvider? time = null) => (_transport, _time) = (transport, time ?? TimeProvider.System);

    /// <summary>Over connections of its own.</summary>
    /// <param name="open">Makes the transport that holds them, at the first request.</param>
    /// <param name="renews">Whether each session has new ones.</param>
    /// <param name="time">Clock. Default the system's.</param>
    public RawSockets(Func<SocketsTransport> open, bool renews, TimeProvider? time = null) => (_open, _renews, _time) = (open, renews, time ?? TimeProvider.System);

    /// <inheritdoc/>
    public async ValueTask SendAsync(RawRequest request, RawExchange exchange, CancellationToken cancellationToken)
    {
        exchange.Clear();
        exchange.Dispatched = _time.GetTimestamp();
        cancellationToken.ThrowIfCancellationRequested();
        if (!TryRead(request, out var sent))
        {
            exchange.ErrorType = TargetErrors.Denied;
            exchange.ErrorMessage = "the path does not make a URL on the server";
            exchange.Ended = exchange.Dispatched;
            return;
        }
        var received = await (_transport ??= _open!()).SendAsync(sent, cancellationToken);
        Write(received, exchange);
        exchange.Ended = _time.GetTimestamp();
    }

    /// <inheritdoc/>
    public void EndSession()
    {
        if (_renews)
        {
            Close();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Close();

    private void Close()
    {
        if (_open is not null)
        {
            (_transport as IDisposable)?.Dispose();
            _transport = null;
        }
    }

    private static bool TryRead(RawRequest request, out TargetRequest sent)
    {
        var route = request.Route;
        sent = default;
        if (request.Target.Span is not [(byte)'/', ..]
            || !Uri.TryCreate(route.Server.GetLeftPart(UriPartial.Authority) + Encoding.Latin1.GetString(request.Target.Span), UriKind.Absolute, out var url)
            || url.Authority != route.Server.Authority)
        {
            return false;
        }
        var headers = new List<KeyValuePair<string, string>>();
        string? contentType = null;
        var hasAuthorization = false;
        var lines = new HeaderLines(request.Headers.Span);
        while (lines.MoveNext())
        {
            var (name, value) = (Encoding.ASCII.GetString(lines.Name), Encoding.Latin1.GetString(lines.Value));
            if (name.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            {
                contentType = value;
                continue;
            }
            hasAuthorization |= name.Equals("Authorization", StringComparison.OrdinalIgnoreCase);
            headers.Add(new KeyValuePair<string, string>(name, value));
        }
        sent = new TargetRequest
        {
            Method = route.Method,
            Url = url,
            Target = route.Target,
            Operation = route.Operation,
            ShownPath = request.ShownPath,
            Headers = headers,
            HasAuthorization = hasAuthorization,
            ContentType = contentType,
            Body = request.Body.Span.ToArray(),
            MaxBodyBytes = request.MaxBodyBytes,
            Timeout = request.Timeout,
            ReadsWholeBody = true,
            Trace = TraceOf(request.Trace),
        };
        return true;
    }

    private static ActivityContext TraceOf(in RawTrace trace) => trace is { TraceHigh: 0, TraceLow: 0 } ? default : new ActivityContext(
        ActivityTraceId.CreateFromString(trace.TraceId),
        ActivitySpanId.CreateFromString($"{trace.Span:x16}"),
        trace.Sampled ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None);

    private static void Write(in TargetExchange received, RawExchange exchange)
    {
        (exchange.Status, exchange.ErrorType, exchange.ErrorMessage) = (received.Status, received.ErrorType, received.ErrorMessage);
        (exchange.Body, exchange.BodyLength) = (received.Body, received.BodyLength);
        (exchange.BytesSent, exchange.BytesReceived) = (received.BytesSent, received.BytesReceived);
        (exchange.Ttfb, exchange.Gateway, exchange.Target) = (received.Timing.Ttfb, received.Timing.Gateway, received.Timing.Target);
        (exchange.Revision, exchange.Retries, exchange.IsNewConnection) = (received.Timing.Revision, received.Timing.Retries, received.IsNewConnection);
        var size = 0;
        foreach (var header in received.Headers)
        {
            size += header.Key.Length + header.Value.Length;
        }
        var block = new byte[size];
        exchange.Headers.SetBlock(block);
        var at = 0;
        foreach (var header in received.Headers)
        {
            // As they came: the transport reads headers as Latin-1.
            var name = Encoding.Latin1.GetBytes(header.Key, block.AsSpan(at));
            var value = Encoding.Latin1.GetBytes(header.Value, block.AsSpan(at + name));
            exchange.Headers.Add(at, name, at + name, value);
            at += name + value;
        }
    }
}
