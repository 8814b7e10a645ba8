using System.Buffers;
using System.Numerics;
using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Options;
using ApeTest.LlmProxy.Sse;

namespace ApeTest.LlmProxy.Chat;

/// <summary>What is known of a stream so far.</summary>
internal sealed class StreamState(ChatCall call, CallDeadline deadline, TimeoutOptions limits)
{
    private const int MostHeldBytes = 64 << 10;

    // How long a provider that is done with every choice may take for its usage and the end; some keep the connection open.
    private static readonly TimeSpan Tail = TimeSpan.FromSeconds(2);

    private readonly ChunkPattern _pattern = new();
    private readonly ArrayBufferWriter<byte> _held = new(0x100);
    private ulong _choices;
    private ulong _finished;
    private bool _done;
    private bool _progress;
    private bool _atTail;

    public ChatCall Call { get; } = call;

    /// <summary>Whether bytes for the client were written.</summary>
    public bool Started { get; set; }

    public OpenAiError? Error { get; private set; }

    /// <summary>Nothing more is to be read.</summary>
    public bool Ended => _done || Error is not null;

    /// <summary>
    /// Every choice has its finish reason: what may follow is only usage. Those that were asked for; a server that knows no <c>n</c> says by <c>[DONE]</c> that
    /// there are no more than came.
    /// </summary>
    public bool IsComplete => _choices != 0 && (_choices & ~_finished) == 0 && (_done || BitOperations.PopCount(_finished) >= Math.Min(Call.Request.Choices, 64));

    /// <summary>Events that say nothing yet, kept until one does: until then another provider may be asked.</summary>
    public ReadOnlySpan<byte> Held => _held.WrittenSpan;

    /// <summary>The event in place of the one that was observed with <see cref="EventFate.Change"/>.</summary>
    public byte[] Changed { get; private set; } = [];

    public void Fail(string errorType, OpenAiError error)
    {
        Call.Measure.ErrorType = errorType;
        Error = error;
    }

    /// <summary>Keeps an event; false: there are too many of them.</summary>
    public bool TryHold(ReadOnlySpan<byte> raw)
    {
        if (_held.WrittenCount + raw.Length > MostHeldBytes)
        {
            return false;
        }

        _held.Write(raw);
        return true;
    }

    /// <summary>Starts the clock of the phase anew, at its beginning or after it was paused for a slow client.</summary>
    public void EnterPhase()
    {
        if (IsComplete)
        {
            deadline.Enter(ErrorTypes.InterTokenTimeout, limits.InterToken < Tail ? limits.InterToken : Tail);
        }
        else if (_progress)
        {
            deadline.Enter(ErrorTypes.InterTokenTimeout, limits.InterToken);
        }
        else
        {
            deadline.Enter(ErrorTypes.FirstTokenTimeout, limits.FirstToken);
        }
    }

    /// <summary>Takes the facts of an event; returns what the client gets of it.</summary>
    public EventFate Observe(SseEvent next, long now)
    {
        if (next.Data.IsEmpty)
        {
            // A proxy behind this one: its figures are not this one's.
            return next.Raw.StartsWith(": ape "u8) ? EventFate.Hide : EventFate.Hold;
        }

        if (next.Data.TrimEnd((byte)' ').SequenceEqual("[DONE]"u8))
        {
            _done = true;
            return EventFate.Hide;
        }

        ChunkFacts facts;
        try
        {
            facts = _pattern.Read(next.Data);
            if (facts.IsError)
            {
                using var document = JsonDocument.Parse(next.Data.ToArray());
                Fail(ErrorTypes.UpstreamError, UpstreamErrorReader.Read(StatusCodes.Status200OK, document.RootElement, Call.Provider.Redactor));
                return EventFate.Hide;
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException) // the latter: a text that is no valid Unicode
        {
            Fail(ErrorTypes.InvalidJson, OpenAiError.Upstream(StatusCodes.Status502BadGateway, ErrorTypes.InvalidJson,
                $"{Call.Provider.Name} sent an event that is not valid JSON; the stream was broken off"));
            return EventFate.Hide;
        }

        Take(facts, now);
        if (facts.HasUsage && !Call.Request.IncludeUsage)
        {
            return facts.NoChoices ? EventFate.Hide : WithoutUsage(next, facts);
        }

        return facts.NoChoices && !facts.HasUsage ? EventFate.Hold : EventFate.Pass;
    }

    // Cerebras says its usage with the finish reason.
    private EventFate WithoutUsage(SseEvent next, in ChunkFacts facts)
    {
        if (!next.Raw.Overlaps(next.Data, out var offset))
        {
            return EventFate.Pass; // in several lines; nobody writes that
        }

        // One comma goes with it: the one behind, or of a last member the one in front.
        var (from, to) = (facts.UsageAt, facts.UsageAt + facts.UsageLength);
        var behind = next.Data[to..].TrimStart(" \t\r\n"u8);
        if (behind.StartsWith(","u8))
        {
            to = next.Data.Length - behind.Length + 1;
        }
        else if (next.Data[..from].TrimEnd(" \t\r\n"u8) is var front && front.EndsWith(","u8))
        {
            from = front.Length - 1;
        }

        Changed = [.. next.Raw[..(offset + from)], .. next.Raw[(offset + to)..]];
        return EventFate.Change;
    }

    private void Take(in ChunkFacts facts, long now)
    {
        _choices |= facts.Choices;
        _finished |= facts.Finished;
        Call.CountOutput(facts.Bytes);
        Call.Measure.FinishReason = facts.FinishReason ?? Call.Measure.FinishReason;
        if (facts.HasUsage)
        {
            Call.SetUsage(facts.PromptTokens, facts.CompletionTokens);
        }

        if (facts.Token)
        {
            Call.Measure.Token(now);
        }

        if (facts.Finished != 0 && !_atTail && IsComplete)
        {
            _atTail = true;
            EnterPhase();
        }

        if (!facts.Token && !facts.Reasoning)
        {
            return;
        }

        if (_progress)
        {
            deadline.Touch(now);
            return;
        }

        _progress = true;
        EnterPhase();
    }
}
