using System.Text.Json;
using ApeTest.LlmProxy.Errors;

namespace ApeTest.LlmProxy.Measures;

/// <summary>
/// What one call took. Times are <see cref="TimeProvider"/> timestamps: <c>queue</c> = waiting for the gate; <c>ttft</c> = last attempt sent
/// to first content or tool-call delta; <c>duration</c> = request read to last byte, queue and retries included.
/// </summary>
internal sealed class CallMeasure(TimeProvider clock)
{
    private readonly long _received = clock.GetTimestamp();
    private long _queued;
    private long _sent;
    private long? _firstToken;
    private long _lastToken;
    private long? _ended;

    public string Provider { get; set; } = "";

    public string Model { get; set; } = "";

    public int Status { get; set; }

    public int Retries { get; set; }

    public string ErrorType { get; set; } = ErrorTypes.None;

    /// <summary>The earlier providers of the chain that were given up, in order; null: the first one answered.</summary>
    public List<GivenUp>? Failovers { get; private set; }

    /// <summary>Whether the answer comes from a cassette: it cost nothing.</summary>
    public bool Replayed { get; set; }

    /// <summary>Time that opening connections took (TLS included), over all attempts; null where open ones were used.</summary>
    public TimeSpan? Connect { get; private set; }

    /// <summary>Output tokens a second after the first; null where <see cref="PerOutputToken"/> is.</summary>
    public double? TokensPerSecond => PerOutputToken is { Ticks: > 0 } each ? 1 / each.TotalSeconds : null;

    public string? FinishReason { get; set; }

    public int PromptTokens { get; set; }

    public int CompletionTokens { get; set; }

    /// <summary>Whether the tokens are estimates (4 characters each), because the provider sent no usage or estimates itself.</summary>
    public bool Estimated { get; set; }

    public decimal CostUsd { get; set; }

    /// <summary>False when a model that costs something has no known price: its cost counts as 0.</summary>
    public bool Priced { get; set; } = true;

    public bool Failed => ErrorType != ErrorTypes.None;

    /// <summary>Whether anything was sent to a provider.</summary>
    public bool WasSent { get; private set; }

    /// <summary>Whether a request was sent and nobody waited for its answer's end: the client left, or a limit passed.</summary>
    public bool WasGivenUp =>
        WasSent && ErrorType is ErrorTypes.Cancelled or ErrorTypes.HeadersTimeout or ErrorTypes.FirstTokenTimeout or ErrorTypes.InterTokenTimeout or ErrorTypes.TotalTimeout;

    /// <summary>Waiting for a place, over all providers that were asked.</summary>
    public TimeSpan Queue { get; private set; }

    public TimeSpan? Ttft => _firstToken is { } first ? clock.GetElapsedTime(_sent, first) : null;

    public TimeSpan Duration => clock.GetElapsedTime(_received, _ended ?? clock.GetTimestamp());

    /// <summary>Mean time between output tokens after the first; null with fewer than two tokens or no stream.</summary>
    public TimeSpan? PerOutputToken =>
        _firstToken is { } first && CompletionTokens > 1 ? clock.GetElapsedTime(first, _lastToken) / (CompletionTokens - 1) : null;

    public void Queueing() => _queued = clock.GetTimestamp();

    public void Entered() => Queue += clock.GetElapsedTime(_queued);

    /// <summary>Waited for something else than a place at a provider (a budget).</summary>
    public void Waited(TimeSpan time) => Queue += time;

    public void Connected(TimeSpan took) => Connect = (Connect ?? TimeSpan.Zero) + took;

    /// <summary>The present provider is given up for the next.</summary>
    public void FailedOver(string reason) => (Failovers ??= []).Add(new GivenUp(Provider, Model, reason, Retries - (Failovers?.Sum(static each => each.Retries) ?? 0)));

    public void Sent()
    {
        WasSent = true;
        _sent = clock.GetTimestamp();
    }

    /// <summary>The provider itself asks once more (<see cref="Providers.ProviderRequest.Retried"/>).</summary>
    public void AskedAgain(string reason)
    {
        Retries++;
        Sent();
    }

    /// <summary>A content or tool-call delta was read at <paramref name="timestamp"/>.</summary>
    public void Token(long timestamp)
    {
        _firstToken ??= timestamp;
        _lastToken = timestamp;
    }

    public void Ended() => _ended ??= clock.GetTimestamp();

    /// <summary>The in-band JSON. ASCII on one line, so that it fits a header and an SSE comment.</summary>
    public byte[] ToJson()
    {
        using var stream = new MemoryStream(256);
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (Ttft is { } ttft)
            {
                json.WriteNumber("ttft_s", ttft.TotalSeconds);
            }
            else
            {
                json.WriteNull("ttft_s");
            }

            json.WriteNumber("queue_s", Queue.TotalSeconds);
            json.WriteNumber("duration_s", Duration.TotalSeconds);
            json.WriteNumber("cost_usd", CostUsd);
            json.WriteNumber("retries", Retries);
            json.WriteNumber("failovers", Failovers?.Count ?? 0);
            if (Connect is { } connect)
            {
                json.WriteNumber("connect_s", connect.TotalSeconds);
            }

            if (TokensPerSecond is { } rate)
            {
                json.WriteNumber("tokens_per_s", rate);
            }

            json.WriteString("provider", Provider);
            json.WriteString("model", Model);
            json.WriteBoolean("estimated", Estimated);
            json.WriteNumber("prompt_tokens", PromptTokens);
            json.WriteNumber("completion_tokens", CompletionTokens);
            json.WriteBoolean("priced", Priced);
            if (Failed)
            {
                json.WriteString("error", ErrorType);
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }
}

/// <summary>A provider of a chain that did not answer.</summary>
/// <param name="Provider">Its name.</param>
/// <param name="Model">Its model.</param>
/// <param name="Reason">One of <see cref="ErrorTypes"/>.</param>
/// <param name="Retries">Retries of it.</param>
internal readonly record struct GivenUp(string Provider, string Model, string Reason, int Retries);
