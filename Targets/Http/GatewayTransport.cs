namespace ApeTest.Targets.Http;

/// <summary>
/// Sends through a gateway service: <c>{gateway}/{target}/{path+query}</c> with trace context, baggage and service token. The gateway
/// applies the policy; its <c>X-Ape-Timing</c> says where the time went, and its <c>X-Ape-Error</c> tells its own problem documents from
/// the target's answers. Thread-safe.
/// </summary>
public sealed class GatewayTransport : ITargetTransport, IDisposable
{
    /// <summary>How much longer than the target's own limit this side waits: the gateway's answer about a timeout must arrive.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly HttpMessageInvoker _invoker;
    private readonly string _gateway;
    private readonly string? _token;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;

    /// <summary>Creates the transport.</summary>
    /// <param name="gateway">Base URL of the gateway.</param>
    /// <param name="token">Service token; null for none.</param>
    /// <param name="timeout">The target's time limit of one request.</param>
    /// <param name="time">Clock.</param>
    /// <param name="maxConnections">Most connections; what would need another waits for one. Default unlimited.</param>
    public GatewayTransport(Uri gateway, string? token, TimeSpan timeout, TimeProvider time, int maxConnections = int.MaxValue)
    {
        _gateway = gateway.AbsoluteUri.TrimEnd('/');
        _token = token;
        _timeout = timeout + Grace;
        _time = time;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = System.Net.DecompressionMethods.All,
            ActivityHeadersPropagator = null,
            ConnectTimeout = TimeSpan.FromSeconds(15),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            MaxResponseHeadersLength = 64,
            MaxConnectionsPerServer = maxConnections,
        };
        SingleSend.Apply(handler);
        _invoker = new HttpMessageInvoker(handler);
    }

    /// <summary>Headers of the target that the gateway does not know, for every request that has none of the name. Default none.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <inheritdoc/>
    public async ValueTask<TargetExchange> SendAsync(TargetRequest request, CancellationToken cancellationToken)
    {
        if (!TraceHeaders.IsValid(request.Trace))
        {
            request.Trace = TraceHeaders.Child(request.Trace);
        }
        var started = _time.GetTimestamp();
        if (!RequestWriter.TryWrite(in request, GatewayUrl(in request), out var message, out var error))
        {
            message.Dispose();
            return Finish(in request, started, started, started, null) with { ErrorType = TargetErrors.Denied, ErrorMessage = error };
        }
        using var sent = message;
        AddOwnHeaders(message, in request);
        // The gateway knows the target's limit only: a shorter one is kept here, and passes as the target's time.
        var own = request.Timeout is { } asked && asked + Grace < _timeout ? asked : (TimeSpan?)null;
        using var limit = new CancellationTokenSource(own ?? request.Timeout + Grace ?? _timeout, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        HttpResponseMessage? response = null;
        var responded = started;
        List<KeyValuePair<string, string>> headers = [];
        TargetTiming? measured = null;
        try
        {
            response = await _invoker.SendAsync(message, linked.Token);
            responded = _time.GetTimestamp();
            headers = ResponseReader.ReadHeaders(response);
            measured = TakeTiming(headers);
            var (body, length) = await ResponseReader.ReadBodyAsync(response.Content, request.MaxBodyBytes, request.ReadsWholeBody, linked.Token);
            var exchange = Finish(in request, started, responded, _time.GetTimestamp(), measured);
            var problem = Take(headers, ApeHeaders.Error);
            if (problem is null && measured is null)
            {
                // Neither header: the gateway's guard refused (token, Host), or something else stands at its address.
                problem = TargetErrors.Gateway;
            }
            return problem is not null
                ? exchange with { ErrorType = Bounded(problem), ErrorMessage = ProblemDetail(body) ?? $"the gateway answered {(int)response.StatusCode}" }
                : exchange with { Status = (int)response.StatusCode, Headers = headers, Body = body, BodyLength = length };
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (Exception exception) when (TargetFailure.Classify(exception) is not null)
        {
            var ended = _time.GetTimestamp();
            if (own is { } patience && limit.IsCancellationRequested)
            {
                var late = TargetFailure.Late(patience);
                var waited = measured ?? new TargetTiming(TimeSpan.Zero, _time.GetElapsedTime(started, ended), TimeSpan.Zero, 0, "none");
                return Finish(in request, started, response is null ? ended : responded, ended, waited) with
                {
                    Status = response is null ? 0 : (int)response.StatusCode,
                    Headers = headers,
                    ErrorType = late.ErrorType,
                    ErrorMessage = late.Message,
                };
            }
            var failure = TargetFailure.Classify(exception)!.Value;
            // With response headers the gateway did its part: what broke the body is the target's, passed on.
            return Finish(in request, started, response is null ? ended : responded, ended, measured) with
            {
                Status = response is null ? 0 : (int)response.StatusCode,
                Headers = headers,
                ErrorType = response is not null ? failure.ErrorType : TargetErrors.Gateway,
                ErrorMessage = response is not null ? failure.Message : $"the gateway at {_gateway} failed: {failure.Message}",
            };
        }
        finally
        {
            response?.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _invoker.Dispose();

    private Uri GatewayUrl(in TargetRequest request) => new($"{_gateway}/{request.Target}{request.Url.PathAndQuery}");

    private void AddOwnHeaders(HttpRequestMessage message, in TargetRequest request)
    {
        var headers = message.Headers;
        headers.Remove(TraceHeaders.TraceParent);
        headers.TryAddWithoutValidation(TraceHeaders.TraceParent, TraceHeaders.Format(request.Trace));
        headers.Remove(TraceHeaders.Baggage);
        if (TraceHeaders.FormatBaggage(request.Identity) is { } baggage)
        {
            headers.TryAddWithoutValidation(TraceHeaders.Baggage, baggage);
        }
        headers.TryAddWithoutValidation(ApeHeaders.Origin, request.Url.GetLeftPart(UriPartial.Authority));
        if (request.Operation is not null)
        {
            headers.TryAddWithoutValidation(ApeHeaders.Operation, request.Operation);
        }
        if (request.ShownPath is { } shown)
        {
            headers.TryAddWithoutValidation(ApeHeaders.ShownPath, shown);
        }
        if (request.Destructive)
        {
            headers.TryAddWithoutValidation(ApeHeaders.Destructive, "true");
        }
        foreach (var (name, value) in Headers ?? System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty)
        {
            if (!headers.NonValidated.Contains(name))
            {
                headers.TryAddWithoutValidation(name, value);
            }
        }
        if (_token is not null)
        {
            headers.TryAddWithoutValidation(ApeHeaders.Token, _token);
        }
    }

    /// <summary>DESIGN 14.1: target = the gateway's figure + (last byte - headers); gateway = (headers - send) - that figure.</summary>
    private TargetExchange Finish(in TargetRequest request, long started, long responded, long ended, TargetTiming? measured)
    {
        var ttfb = _time.GetElapsedTime(started, responded);
        var tail = _time.GetElapsedTime(responded, ended);
        var forward = measured?.Target ?? TimeSpan.Zero;
        return new TargetExchange
        {
            Headers = [],
            Url = request.Url,
            Target = request.Target,
            Trace = request.Trace,
            Timing = new TargetTiming(
                ttfb > forward ? ttfb - forward : TimeSpan.Zero,
                forward + tail,
                ttfb,
                measured?.Retries ?? 0,
                measured?.Fault ?? "none") { Revision = measured?.Revision ?? 0 },
        };
    }

    private static TargetTiming? TakeTiming(List<KeyValuePair<string, string>> headers) =>
        ApeHeaders.TryParseTiming(Take(headers, ApeHeaders.Timing), out var timing) ? timing : null;

    private static string? Take(List<KeyValuePair<string, string>> headers, string name)
    {
        for (var i = 0; i < headers.Count; i++)
        {
            if (headers[i].Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                var value = headers[i].Value;
                headers.RemoveAt(i);
                return value;
            }
        }
        return null;
    }

    private static string Bounded(string error) => error switch
    {
        TargetErrors.Dns => TargetErrors.Dns,
        TargetErrors.Connect => TargetErrors.Connect,
        TargetErrors.Tls => TargetErrors.Tls,
        TargetErrors.Timeout => TargetErrors.Timeout,
        TargetErrors.Reset => TargetErrors.Reset,
        TargetErrors.Protocol => TargetErrors.Protocol,
        TargetErrors.Denied => TargetErrors.Denied,
        TargetErrors.BadRequest => TargetErrors.BadRequest,
        TargetErrors.Budget => TargetErrors.Budget,
        TargetErrors.CircuitOpen => TargetErrors.CircuitOpen,
        TargetErrors.Login => TargetErrors.Login,
        _ => TargetErrors.Gateway,
    };

    private static string? ProblemDetail(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = System.Text.Json.JsonDocument.Parse(body);
            return document.RootElement.TryGetProperty("detail", out var detail) ? detail.GetString() : null;
        }
        catch (Exception exception) when (exception is System.Text.Json.JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
