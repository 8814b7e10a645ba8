using System.Text.Json;
using ApeTest.LlmProxy.Chat;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Providers.OpenAi;
using ApeTest.LlmProxy.Sse;

namespace ApeTest.LlmProxy.Providers.Ollama;

/// <summary>
/// Judges whether an answer calls the function that it must. A stream is held back until its first call, its end, or <see cref="LongestText"/> characters of
/// text: models say a sentence before they call, and nothing may reach the client that might have to be taken back. What is not clear (an error, an answer that
/// was cut off, more than <see cref="MostHeldBytes"/> of thinking) passes as it is.
/// </summary>
internal sealed class ForcedCall(ToolChoice choice, int mostAnswerBytes, int mostEventBytes)
{
    private const int LongestText = 2000;
    private const int MostHeldBytes = 4 << 20;

    private int _text;

    private enum Verdict
    {
        Open,
        Good,
        Ignored,
    }

    /// <summary>
    /// Takes the response over; returns it, or one like it, when it may pass, and null when the choice was ignored. Throws <see cref="ProviderException"/> when it
    /// breaks off or is too large.
    /// </summary>
    public async Task<ProviderResponse?> CheckAsync(ProviderResponse response, ILlmProvider provider, Action? progressed, CancellationToken cancellationToken)
    {
        var passed = false;
        try
        {
            var checkedResponse = response.IsJson ? await WholeAsync(response, provider, cancellationToken) : await StreamAsync(response, progressed, cancellationToken);
            passed = checkedResponse is not null;
            return checkedResponse;
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException)
        {
            throw new ProviderException(ErrorTypes.Truncated, $"{provider.Name} broke off its answer: {ConnectFailure.Describe(error)}", error);
        }
        finally
        {
            if (!passed)
            {
                await response.DisposeAsync();
            }
        }
    }

    private async Task<ProviderResponse?> WholeAsync(ProviderResponse response, ILlmProvider provider, CancellationToken cancellationToken)
    {
        var body = await BoundedBody.ReadAsync(response.Body, mostAnswerBytes, cancellationToken)
            ?? throw new ProviderException(ErrorTypes.TooLarge, $"{provider.Name} answered with more than maxResponseBytes");
        return Judge(body, "message") == Verdict.Ignored ? null : Like(response, new PrefixedStream(body, response.Body));
    }

    private async Task<ProviderResponse?> StreamAsync(ProviderResponse response, Action? progressed, CancellationToken cancellationToken)
    {
        using var reader = new SseReader(mostEventBytes);
        var held = new MemoryStream();
        var verdict = Verdict.Open;
        while (verdict == Verdict.Open && held.Length < MostHeldBytes)
        {
            var free = reader.Free();
            var read = await response.Body.ReadAsync(free, cancellationToken);
            progressed?.Invoke();
            held.Write(free.Span[..read]);
            reader.Advance(read);
            verdict = JudgeEvents(reader, last: read == 0);
            if (read == 0)
            {
                break;
            }
        }

        return verdict == Verdict.Ignored ? null : Like(response, new PrefixedStream(held.GetBuffer().AsMemory(0, (int)held.Length), response.Body));
    }

    private Verdict JudgeEvents(SseReader reader, bool last)
    {
        try
        {
            while (reader.TryRead(out var next) || (last && reader.TryReadRest(out next)))
            {
                var verdict = next.Data.IsEmpty ? Verdict.Open : next.Data.SequenceEqual("[DONE]"u8) ? Verdict.Ignored : Judge(next.Data.ToArray(), "delta");
                if (verdict != Verdict.Open)
                {
                    return verdict;
                }
            }

            return Verdict.Open;
        }
        catch (SseLimitException)
        {
            return Verdict.Good; // the relay says so
        }
    }

    private Verdict Judge(ReadOnlyMemory<byte> json, string part)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (!document.RootElement.TryGetProperty("choices", out var choices))
            {
                return Verdict.Good; // an error
            }

            var verdict = Verdict.Open;
            foreach (var one in choices.EnumerateArray())
            {
                verdict = Judge(one, part);
                if (verdict == Verdict.Ignored)
                {
                    break;
                }
            }

            return verdict;
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return Verdict.Good; // not what it should be: the relay says what is wrong with it
        }
    }

    private Verdict Judge(JsonElement one, string part)
    {
        if (one.TryGetProperty(part, out var said) && said.ValueKind == JsonValueKind.Object)
        {
            if (said.TryGetProperty("tool_calls", out var calls) && calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() > 0)
            {
                return calls.EnumerateArray().All(IsAllowed) ? Verdict.Good : Verdict.Ignored;
            }

            if (said.TryGetProperty("content", out var content) && content.ValueKind == JsonValueKind.String)
            {
                _text += content.GetString()!.Length;
            }
        }

        if (one.TryGetProperty("finish_reason", out var finish) && finish.ValueKind == JsonValueKind.String)
        {
            return finish.ValueEquals("length") ? Verdict.Good : Verdict.Ignored; // cut off before it could call: asking again would end the same
        }

        return _text > LongestText ? Verdict.Ignored : Verdict.Open;
    }

    // Later fragments of a call have no name.
    private bool IsAllowed(JsonElement call) =>
        !call.TryGetProperty("function", out var function) || !function.TryGetProperty("name", out var name) || name.ValueKind != JsonValueKind.String
        || choice.Allows(name.GetString()!);

    private static ProviderResponse Like(ProviderResponse response, Stream body) =>
        new(response.Status, response.ContentType, body, response.Owner) { Headers = response.Headers, RetryAfter = response.RetryAfter, Replayed = response.Replayed };
}
