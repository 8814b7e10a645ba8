using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Providers;
using ApeTest.LlmProxy.Providers.OpenAi;
using ApeTest.LlmProxy.Sse;
using Microsoft.AspNetCore.Http.Features;

namespace ApeTest.LlmProxy.Chat;

/// <summary>
/// Passes a stream on, event by event, as the bytes came, one flush for each read; the facts are read on the side. What it changes:
/// a usage chunk that the client did not ask for is left out, a broken stream ends with an error event, and <c>[DONE]</c> always comes.
/// Until the first event nothing is committed: an early failure still gets a proper status, or another provider.
/// </summary>
internal sealed class StreamRelay(LlmProxyOptions options, TimeProvider clock)
{
    public async Task<CallFailure?> RunAsync(HttpContext context, ChatCall call, ProviderResponse response, CallDeadline deadline)
    {
        if (response.ContentType?.StartsWith("text/html", StringComparison.OrdinalIgnoreCase) == true)
        {
            throw new ProviderException(ErrorTypes.Protocol, $"{call.Provider.Name} at {call.Provider.Where} answered with HTML, not with a stream; is the base URL right?");
        }

        // 1. Pass events on until the body ends, something breaks, or a limit passes.
        var stream = new StreamState(call, deadline, options.Timeouts);
        stream.EnterPhase();
        await PumpAsync(context, stream, response, deadline);

        // 2. How did it end?
        if (stream.Error is null && !stream.IsComplete)
        {
            stream.Fail(ErrorTypes.Truncated, OpenAiError.Upstream(StatusCodes.Status502BadGateway, ErrorTypes.Truncated,
                $"{call.Provider.Name} ended the stream without a finish_reason: the answer is incomplete"));
        }

        if (stream.Error is { } error)
        {
            call.Measure.Status = error.Status;
            if (!stream.Started)
            {
                return new CallFailure(call.Measure.ErrorType, error) { Headers = response.Headers };
            }
        }

        // 3. The end that the client always gets, unless it is gone.
        call.Settle();
        if (!context.RequestAborted.IsCancellationRequested)
        {
            var output = context.Response.BodyWriter;
            WriteEnd(output, context, call, stream.Error);
            deadline.Pause();
            await output.FlushAsync(stream.Error is null ? deadline.Token : context.RequestAborted); // the limit may be what has passed
        }

        return null;
    }

    private async Task PumpAsync(HttpContext context, StreamState stream, ProviderResponse response, CallDeadline deadline)
    {
        using var reader = new SseReader(options.MaxEventBytes);
        var output = context.Response.BodyWriter;
        var client = context.RequestAborted; // Kestrel takes a lock at each get
        try
        {
            while (!stream.Ended)
            {
                var read = await response.Body.ReadAsync(reader.Free(), deadline.Token);
                reader.Advance(read);
                if (Drain(reader, read == 0, clock.GetTimestamp(), context, stream, response, output))
                {
                    await response.CountedAsync();
                    await FlushAsync(output, deadline, stream);
                }

                if (read == 0)
                {
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (deadline.Expired is { } expired)
        {
            if (!stream.IsComplete) // finished, and the provider merely keeps the connection open
            {
                stream.Fail(expired, Timeouts.Error(expired, options.Timeouts, stream.Call.Provider));
            }
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException)
        {
            client.ThrowIfCancellationRequested();
            if (!stream.IsComplete)
            {
                stream.Fail(ErrorTypes.Truncated, OpenAiError.Upstream(StatusCodes.Status502BadGateway, ErrorTypes.Truncated,
                    $"{stream.Call.Provider.Name} broke off the stream: {ConnectFailure.Describe(error)}"));
            }
        }
        catch (SseLimitException error)
        {
            Fail(stream, error);
        }
    }

    private static void Fail(StreamState stream, SseLimitException error) =>
        stream.Fail(ErrorTypes.TooLarge, OpenAiError.Upstream(StatusCodes.Status502BadGateway, ErrorTypes.TooLarge,
            $"{stream.Call.Provider.Name}: {error.Message} (maxEventBytes)"));

    // Returns whether anything was written for the client.
    private static bool Drain(
        SseReader reader, bool last, long now, HttpContext context, StreamState stream, ProviderResponse response, PipeWriter output)
    {
        // Neighbours are written together.
        var (from, to, wrote) = (0, 0, false);
        while (!stream.Ended && TryNext(reader, last, stream, out var next))
        {
            var fate = stream.Observe(next, now);
            if (fate == EventFate.Hide || (fate == EventFate.Hold && !stream.Started && stream.TryHold(next.Raw)))
            {
                continue;
            }

            if (!stream.Started)
            {
                stream.Started = true;
                Start(context, response);
                response.Judge(failed: false);
                output.Write(stream.Held);
            }

            wrote = true;
            if (next.Start != to || fate == EventFate.Change)
            {
                output.Write(reader.Between(from, to));
                from = next.Start;
            }

            to = next.End;
            if (fate == EventFate.Change)
            {
                output.Write(stream.Changed);
                from = to;
            }
        }

        if (wrote)
        {
            output.Write(reader.Between(from, to));
            if (last && from < to && !EndsBlank(reader.Between(from, to)))
            {
                output.Write("\n\n"u8);
            }
        }

        return wrote;
    }

    // What came whole before an event that is too large is the client's.
    private static bool TryNext(SseReader reader, bool last, StreamState stream, out SseEvent next)
    {
        try
        {
            return reader.TryRead(out next) || (last && reader.TryReadRest(out next));
        }
        catch (SseLimitException error)
        {
            Fail(stream, error);
            next = default;
            return false;
        }
    }

    // The client that does not read is cut off when the whole call's time is over.
    private static async ValueTask FlushAsync(PipeWriter output, CallDeadline deadline, StreamState stream)
    {
        var flush = output.FlushAsync(deadline.Token);
        if (!flush.IsCompleted)
        {
            // A slow client holds the pump, so nothing piles up here; its slowness is not the provider's stall.
            deadline.Pause();
            await flush;
            stream.EnterPhase();
            return;
        }

        await flush;
    }

    private static void Start(HttpContext context, ProviderResponse response)
    {
        CopyHeaders(context, response);
        context.Response.StatusCode = StatusCodes.Status200OK;
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private static void CopyHeaders(HttpContext context, ProviderResponse response)
    {
        foreach (var (name, value) in response.Headers)
        {
            context.Response.Headers[name] = value;
        }
    }

    private static void WriteEnd(PipeWriter output, HttpContext context, ChatCall call, OpenAiError? error)
    {
        if (error is not null)
        {
            output.Write("data: "u8);
            output.Write(error.ToJson());
            output.Write("\n\n"u8);
        }

        if (MeasureHeader.IsAsked(context))
        {
            output.Write(": ape "u8);
            output.Write(call.Measure.ToJson());
            output.Write("\n\n"u8);
        }

        output.Write("data: [DONE]\n\n"u8);
    }

    private static bool EndsBlank(ReadOnlySpan<byte> raw) =>
        raw.EndsWith("\n\n"u8) || raw.EndsWith("\r\n\r\n"u8) || raw.EndsWith("\r\r"u8) || raw.EndsWith("\n\r"u8);
}
