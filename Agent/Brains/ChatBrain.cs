using System.ClientModel;
using System.Text.Json;
using ApeTest.Agent.Sessions;
using ApeTest.Runs.Recording;
using ApeTest.Scenarios.Model;
using OpenAI.Chat;

namespace ApeTest.Agent.Brains;

/// <summary>
/// Decides with a chat model through LlmProxy, on the official OpenAI SDK: streamed, without retries of its own. Shared by all sessions
/// of a run.
/// </summary>
internal sealed class ChatBrain(ChatClient client, LlmSpec llm, PromptBuilder prompts, TimeProvider time) : IBrain
{
    private const int MaxMessage = 1000;
    private readonly ToolDefinitions _definitions = new();

    public async ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken)
    {
        await using var call = MeasuredCall.Begin();
        var sent = time.GetTimestamp();
        var prompt = prompts.Build(session);
        try
        {
            return await AskAsync(session, prompt, call, cancellationToken) with { Prompt = session.WantsPrompt ? prompt : null };
        }
        catch (BrainException exception) when (exception.Type != BrainException.BudgetExhausted)
        {
            exception.Prompt = session.WantsPrompt ? prompt : null;
            exception.Use = Use(call.Measure, time.GetElapsedTime(sent), null) with { Failed = true };
            throw;
        }
    }

    private async ValueTask<Decision> AskAsync(SessionView session, List<PromptMessage> prompt, MeasuredCall call, CancellationToken cancellationToken)
    {
        var messages = Messages(prompt);
        var options = Options(session);
        var answer = new ChatAnswer();
        TimeSpan? ttft = null;

        using var timeout = new CancellationTokenSource(llm.Timeout, time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        var sent = time.GetTimestamp();
        try
        {
            await foreach (var update in client.CompleteChatStreamingAsync(messages, options, linked.Token))
            {
                if (session.WantsReasoning)
                {
                    answer.AddReasoning(update);
                }
                if (answer.Add(update))
                {
                    ttft = time.GetElapsedTime(sent);
                }
            }
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
            throw Failure(exception, cancellationToken);
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
            throw Refusal(BrainException.StreamError, error, null);
        }
        if (answer.FinishReason is null)
        {
            throw new BrainException(BrainException.Truncated, "the answer ended without a finish reason");
        }
        var calls = answer.Calls(session.Turns.Count + 1, id => Taken(session, id));
        return new Decision(calls, answer.FinishReason, Used(call.Measure, answer, messages, duration, ttft), TimeSpan.Zero) { Text = answer.Text, Reasoning = answer.Reasoning };
    }

    private static List<ChatMessage> Messages(List<PromptMessage> prompt)
    {
        var messages = new List<ChatMessage>(prompt.Count);
        foreach (var message in prompt)
        {
            messages.Add(message.Role switch
            {
                PromptRole.System => new SystemChatMessage(message.Text),
                PromptRole.User => new UserChatMessage(message.Text),
                PromptRole.Tool => new ToolChatMessage(message.CallId, message.Text),
                _ when message.Calls.IsEmpty => new AssistantChatMessage(message.Text),
                _ => Assistant(message),
            });
        }
        return messages;
    }

    private static AssistantChatMessage Assistant(in PromptMessage message)
    {
        var calls = new List<ChatToolCall>(message.Calls.Length);
        foreach (var call in message.Calls)
        {
            // Providers refuse arguments that are not an object, even in history.
            var arguments = call.Arguments.ValueKind is JsonValueKind.Object ? BinaryData.FromString(call.Arguments.GetRawText()) : BinaryData.FromString("{}");
            calls.Add(ChatToolCall.CreateFunctionToolCall(call.Id, call.Tool.Length == 0 ? "unknown" : call.Tool, arguments));
        }
        var assistant = new AssistantChatMessage(calls);
        if (!string.IsNullOrEmpty(message.Text))
        {
            assistant.Content.Add(ChatMessageContentPart.CreateTextPart(message.Text));
        }
        return assistant;
    }

    private ChatCompletionOptions Options(SessionView session)
    {
        // The SDK writes the messages into the options, so they cannot be shared; the tools in them are.
        var options = new ChatCompletionOptions { MaxOutputTokenCount = llm.MaxCompletionTokens, Temperature = (float)llm.Temperature };
        foreach (var tool in _definitions.Of(session.Tools))
        {
            options.Tools.Add(tool);
        }
        return options;
    }

    private ModelUse Used(ModelMeasure? measure, ChatAnswer answer, List<ChatMessage> messages, TimeSpan duration, TimeSpan? ttft) => Use(measure, duration, ttft) with
    {
        PromptTokens = answer.Usage?.InputTokenCount ?? (messages.Sum(Length) / 4),
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

    private static int Length(ChatMessage message) => message.Content.Sum(static part => part.Text?.Length ?? 0);

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

    private static Exception Failure(ClientResultException exception, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return new OperationCanceledException(cancellationToken);
        }
        if (exception.GetRawResponse() is not { } response)
        {
            return new BrainException(BrainException.Unreachable, exception.InnerException?.Message ?? exception.Message, exception);
        }
        var body = response.BufferContent(CancellationToken.None).ToString();
        return Refusal(BrainException.Http(response.Status), body.Length == 0 ? response.ReasonPhrase : body, exception);
    }

    /// <summary>An error object of the proxy: its budgets are named in <c>code</c> or <c>type</c>, whatever the status.</summary>
    private static BrainException Refusal(string type, string body, Exception? inner)
    {
        var message = body;
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement.ValueKind is JsonValueKind.Object && document.RootElement.TryGetProperty("error", out var error)
                && error.ValueKind is JsonValueKind.Object)
            {
                message = Text(error, "message") ?? body;
                if ($"{Text(error, "code")} {Text(error, "type")}".Contains("budget", StringComparison.OrdinalIgnoreCase))
                {
                    type = BrainException.BudgetExhausted;
                }
                type = BrainException.OfCode(Text(error, "code")) ?? type;
            }
        }
        catch (JsonException)
        {
        }
        message = message.ReplaceLineEndings(" ");
        return new BrainException(type, message.Length > MaxMessage ? message[..MaxMessage] : message, inner);
    }

    private static string? Text(JsonElement value, string name)
        => value.TryGetProperty(name, out var property) && property.ValueKind is JsonValueKind.String ? property.GetString() : null;
}
