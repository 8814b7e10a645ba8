using System.ClientModel;
using System.Text.Json;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Brains;

/// <summary>
/// One decision of a chat model, the same for both chat brains: prompt, time limit, figures and errors. Only how the model is asked differs
/// (<see cref="IChatStream"/>).
/// </summary>
internal sealed class ChatDecider(LlmSpec llm, PromptBuilder prompts, TimeProvider time)
{
    /// <summary>Asks once. A failing model throws <see cref="BrainException"/> with what the call took.</summary>
    public async ValueTask<Decision> DecideAsync(IChatStream stream, SessionView session, CancellationToken cancellationToken)
    {
        await using var call = MeasuredCall.Begin();
        var sent = time.GetTimestamp();
        var prompt = prompts.Build(session);
        try
        {
            return await AskAsync(stream, session, prompt, call, cancellationToken) with { Prompt = session.WantsPrompt ? prompt : null };
        }
        catch (BrainException exception) when (exception.Type != BrainException.BudgetExhausted)
        {
            exception.Prompt = session.WantsPrompt ? prompt : null;
            exception.Use = Use(call.Measure, time.GetElapsedTime(sent), null) with { Failed = true };
            throw;
        }
    }

    private async ValueTask<Decision> AskAsync(IChatStream stream, SessionView session, List<PromptMessage> prompt, MeasuredCall call, CancellationToken cancellationToken)
    {
        var answer = new ChatAnswer(time);

        using var timeout = new CancellationTokenSource(llm.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var sent = time.GetTimestamp();
        try
        {
            await stream.ReadAsync(prompt, session, answer, linked.Token);
            if (call.StreamError is null && answer.FinishReason is not null)
            {
                await call.DrainAsync(time, linked.Token);
            }
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BrainException(BrainException.Timeout, $"no complete answer within {llm.Timeout.TotalSeconds:0.#} s", exception);
        }
        catch (ClientResultException exception)
        {
            throw ModelRefusal.Of(exception, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new BrainException(BrainException.Truncated, "the connection broke before the answer was complete", exception);
        }
        catch (Exception exception) when (exception is JsonException or ArgumentException or FormatException or InvalidOperationException or KeyNotFoundException)
        {
            // What the SDK throws for a chunk it cannot read.
            throw new BrainException(BrainException.Protocol, "the answer is not a chat completion stream", exception);
        }
        var duration = time.GetElapsedTime(sent);

        if (call.StreamError is { } error)
        {
            throw ModelRefusal.Of(BrainException.StreamError, error, null);
        }
        if (answer.FinishReason is null)
        {
            throw new BrainException(BrainException.Truncated, "the answer ended without a finish reason");
        }
        TimeSpan? ttft = answer.Started is { } started ? time.GetElapsedTime(sent, started) : null;
        var calls = answer.Calls(session.Turns.Count + 1, id => Taken(session, id));
        return new Decision(calls, answer.FinishReason, Used(call.Measure, answer, prompt, duration, ttft), TimeSpan.Zero) { Text = answer.Text, Reasoning = answer.Reasoning };
    }

    private ModelUse Used(ModelMeasure? measure, ChatAnswer answer, List<PromptMessage> prompt, TimeSpan duration, TimeSpan? ttft) => Use(measure, duration, ttft) with
    {
        PromptTokens = answer.Usage?.InputTokenCount ?? (prompt.Sum(static message => message.Text?.Length ?? 0) / 4),
        CompletionTokens = answer.Usage?.OutputTokenCount ?? ((answer.Length + 3) / 4),
        Estimated = measure?.Estimated ?? answer.Usage is null,
    };

    /// <summary>The proxy's figures; without them, what the agent saw.</summary>
    private ModelUse Use(ModelMeasure? measure, TimeSpan duration, TimeSpan? ttft)
    {
        var slash = llm.Model.IndexOf('/', StringComparison.Ordinal);
        return new ModelUse(
            measure?.Provider ?? (slash > 0 ? llm.Model[..slash] : "unknown"),
            measure?.Model ?? (slash > 0 ? llm.Model[(slash + 1)..] : llm.Model),
            duration,
            TimeSpan.FromSeconds(measure?.QueueSeconds ?? 0),
            measure is null ? ttft : measure.TtftSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : null,
            measure?.PromptTokens ?? 0,
            measure?.CompletionTokens ?? 0,
            measure?.Estimated ?? false,
            measure?.CostUsd ?? 0,
            measure?.Retries ?? 0)
        {
            Failovers = measure?.Failovers ?? 0,
        };
    }

    private static bool Taken(SessionView session, string id)
    {
        foreach (var turn in session.Turns)
        {
            foreach (var call in turn.Calls)
            {
                if (call.Id == id)
                {
                    return true;
                }
            }
        }
        return false;
    }
}
