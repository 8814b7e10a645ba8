using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Providers.OpenAi;
using ApeTest.ServiceDefaults.Identity;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// A provider behind a cassette: known requests are answered from the file, others by the provider, as the mode says. Refusals of a provider (4xx, 5xx) are recorded
/// and replayed only where everything is (<c>record</c>, <c>replay</c>), so that a run replays its retries too; <c>auto</c> asks again. A connection that fails is no
/// answer and never recorded.
/// </summary>
internal sealed class CassetteProvider(ILlmProvider inner, Cassette cassette, TimeProvider clock) : ILlmProvider, IDisposable
{
    private const int MostErrorBytes = 64 << 10;

    public string Name => inner.Name;

    public string Where => cassette.Mode == CassetteMode.Replay ? $"the cassette {cassette.Name}" : inner.Where;

    // What is recorded needs no key; in auto a missing one is told when the provider has to be asked.
    public string? MissingKey => inner.MissingKey is { } variable && !IsRecorded ? variable : null;

    public bool Free => cassette.Mode == CassetteMode.Replay || inner.Free;

    public bool Replays => cassette.Mode == CassetteMode.Replay;

    public bool AskUsage => inner.AskUsage;

    public int? MaxCompletionTokens => inner.MaxCompletionTokens;

    public bool EstimatesTokens => inner.EstimatesTokens;

    public Redactor Redactor => inner.Redactor;

    private bool IsRecorded => cassette.Mode == CassetteMode.Replay || (cassette.Mode == CassetteMode.Auto && cassette.Models(Name).Count > 0);

    public async Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        if (CanonicalRequest.Create(Name, request, Redactor) is not { } canonical)
        {
            return cassette.Mode != CassetteMode.Replay ? await inner.SendAsync(request, cancellationToken)
                : Refuse(OpenAiError.Invalid("invalid_json", "a text of the request is not valid Unicode; no cassette holds such a request"));
        }

        var session = request.Headers.Baggage.Count > 0 ? RequestIdentity.Parse(request.Headers.Baggage.ToString())?.Session ?? "" : "";
        if (cassette.Mode != CassetteMode.Record)
        {
            try
            {
                if (await cassette.FindAsync(canonical.Key, session, cancellationToken) is { } exchange)
                {
                    return await ReplayAsync(exchange, canonical, began, cancellationToken);
                }

                if (cassette.Mode == CassetteMode.Replay)
                {
                    return Refuse(CassetteMiss.Explain(cassette, Name, request, canonical));
                }
            }
            catch (Exception error) when (error is JsonException or IOException)
            {
                return Refuse(new OpenAiError(StatusCodes.Status422UnprocessableEntity, "invalid_request_error", "cassette_changed",
                    $"{cassette.Name} was changed while it was in use; start the proxy again"));
            }

            if (inner.MissingKey is { } variable)
            {
                return Refuse(new OpenAiError(StatusCodes.Status401Unauthorized, "authentication_error", "missing_provider_key",
                    $"{cassette.Name} holds no answer to this request, and {Name} needs a key to be asked: set {variable} (or {variable}_FILE) where the proxy runs"));
            }
        }

        return await RecordAsync(request, canonical, session, cancellationToken);
    }

    public Task<OpenAiError> ExplainAsync(OpenAiError error, string model, CancellationToken cancellationToken) =>
        cassette.Mode == CassetteMode.Replay || inner.MissingKey is not null ? Task.FromResult(error) : inner.ExplainAsync(error, model, cancellationToken);

    public async Task<ModelList> ListModelsAsync(CancellationToken cancellationToken)
    {
        var recorded = new ModelList(cassette.Models(Name), default);
        if (cassette.Mode == CassetteMode.Replay || (cassette.Mode == CassetteMode.Auto && inner.MissingKey is not null))
        {
            return recorded;
        }

        try
        {
            return await inner.ListModelsAsync(cancellationToken);
        }
        catch (ProviderException) when (cassette.Mode == CassetteMode.Auto && recorded.Ids.Count > 0)
        {
            return recorded;
        }
    }

    public void Dispose() => (inner as IDisposable)?.Dispose();

    private async Task<ProviderResponse> ReplayAsync(Exchange exchange, CanonicalRequest live, long began, CancellationToken cancellationToken)
    {
        var pace = new ReplayPace(clock, began, cassette.Speed);
        await pace.WaitAsync(exchange.HeadersOffset, cancellationToken);
        return new ProviderResponse(exchange.Status, exchange.ContentType, new ReplayStream(exchange.Body, live.Values, pace))
        {
            Headers = [.. exchange.Headers],
            RetryAfter = exchange.RetryAfter is { } asked ? pace.Scale(asked) : null,
            Replayed = true,
        };
    }

    private async Task<ProviderResponse> RecordAsync(ProviderRequest request, CanonicalRequest canonical, string session, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        var response = await inner.SendAsync(request, cancellationToken);
        if (cassette.Mode == CassetteMode.Auto && response.Status >= 400)
        {
            return response;
        }

        var recording = new Recording(Name, canonical, request.Kind, session, Redactor)
        {
            Response = response,
            IsStream = request.Stream && response is { Status: StatusCodes.Status200OK, IsJson: false },
            HeadersOffset = clock.GetElapsedTime(began),
        };
        var body = new RecordingStream(response.Body, recording, cassette, clock, began);
        var start = response.Status >= 400 ? await ReadErrorAsync(body, cancellationToken) : default;
        return new ProviderResponse(response.Status, response.ContentType, start.IsEmpty ? body : new PrefixedStream(start, body), response.Owner)
        {
            Headers = response.Headers,
            RetryAfter = response.RetryAfter,
        };
    }

    // Where a call is tried again, nobody reads the error; the cassette has to.
    private async Task<ReadOnlyMemory<byte>> ReadErrorAsync(RecordingStream body, CancellationToken cancellationToken)
    {
        try
        {
            var buffer = new byte[MostErrorBytes];
            var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            return buffer.AsMemory(0, read);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException)
        {
            await body.DisposeAsync();
            throw new ProviderException(ErrorTypes.Truncated, $"{Name} broke off its answer: {error.Message}", error);
        }
    }

    private static ProviderResponse Refuse(OpenAiError error) =>
        new(error.Status, "application/json", new MemoryStream(error.ToJson())) { Replayed = true };
}
