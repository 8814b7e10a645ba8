using System.Text.Json;
using ApeTest.LlmProxy.Errors;
using ApeTest.LlmProxy.Sse;

namespace ApeTest.LlmProxy.Chat;

/// <summary>What is known of a stream so far.</summary>
internal sealed class StreamState(ChatCall call, CallDeadline deadline, TimeSpan interToken)
{
    private readonly ChunkPattern _pattern = new();
    private ulong _choices;
    private ulong _finished;
    private bool _done;
    private bool _progress;

    public ChatCall Call { get; } = call;

    /// <summary>Whether bytes for the client were written.</summary>
    public bool Started { get; set; }

    public OpenAiError? Error { get; private set; }

    /// <summary>Nothing more is to be read.</summary>
    public bool Ended => _done || Error is not null;

    /// <summary>Every choice has its finish reason (or the provider said [DONE]): what may follow is only usage.</summary>
    public bool IsComplete => _choices != 0 && (_done || (_choices & ~_finished) == 0);

    public void Fail(string errorType, OpenAiError error)
    {
        Call.Measure.ErrorType = errorType;
        Error = error;
    }

    /// <summary>Starts the clock of the phase anew, after it was paused for a slow client.</summary>
    public void EnterPhase()
    {
        if (_progress)
        {
            deadline.Enter(ErrorTypes.InterTokenTimeout, interToken);
        }
    }

    /// <summary>Takes the facts of an event; returns whether the client shall see it.</summary>
    public bool Observe(SseEvent next, long now)
    {
        if (next.Data.IsEmpty)
        {
            return !next.Raw.StartsWith(": ape "u8); // a proxy behind this one: its figures are not this one's
        }

        if (next.Data.SequenceEqual("[DONE]"u8))
        {
            _done = true;
            return false;
        }

        ChunkFacts facts;
        try
        {
            facts = _pattern.Read(next.Data);
            if (facts.IsError)
            {
                using var document = JsonDocument.Parse(next.Data.ToArray());
                Fail(ErrorTypes.UpstreamError, UpstreamErrorReader.Read(StatusCodes.Status200OK, document.RootElement, Call.Provider.Redactor));
                return false;
            }
        }
        catch (JsonException)
        {
            Fail(ErrorTypes.InvalidJson, OpenAiError.Upstream(StatusCodes.Status502BadGateway, ErrorTypes.InvalidJson,
                $"{Call.Provider.Name} sent an event that is not valid JSON; the stream was broken off"));
            return false;
        }

        Take(facts, now);
        return !(facts.NoChoices && facts.HasUsage && !Call.Request.IncludeUsage);
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
