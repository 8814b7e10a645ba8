using System.Text.Json;
using ApeTest.Agent.Sessions;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;
using OpenAI.Chat;

namespace ApeTest.Agent.Brains;

/// <summary>
/// Decides with a chat model through LlmProxy, on the official OpenAI SDK: streamed, without retries of its own. Shared by all sessions
/// of a run.
/// </summary>
internal sealed class ChatBrain(ChatClient client, LlmSpec llm, PromptBuilder prompts, TimeProvider time) : IBrain, IChatStream
{
    private readonly ChatDecider _decider = new(llm, prompts, time);
    private readonly PerCatalog<ChatTool[]> _tools = new(static tools => [.. tools.Select(Definition)]);

    public ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken) => _decider.DecideAsync(this, session, cancellationToken);

    public async Task ReadAsync(IReadOnlyList<PromptMessage> prompt, SessionView session, ChatAnswer answer, CancellationToken cancellationToken)
    {
        await foreach (var update in client.CompleteChatStreamingAsync([.. prompt.Select(Message)], Options(session), cancellationToken))
        {
            foreach (var part in update.ContentUpdate)
            {
                answer.AddText(part.Text);
            }
            foreach (var delta in update.ToolCallUpdates)
            {
                answer.AddCall(delta.Index, delta.ToolCallId, delta.FunctionName, delta.FunctionArgumentsUpdate is { } fragment ? fragment.ToMemory().Span : default);
            }
            answer.AddFacts(update, session.WantsReasoning);
        }
    }

    private static ChatMessage Message(PromptMessage message) => message.Role switch
    {
        PromptRole.System => new SystemChatMessage(message.Text),
        PromptRole.User => new UserChatMessage(message.Text),
        PromptRole.Tool => new ToolChatMessage(message.CallId, message.Text),
        _ when message.Calls.IsEmpty => new AssistantChatMessage(message.Text),
        _ => Assistant(message),
    };

    private static AssistantChatMessage Assistant(in PromptMessage message)
    {
        var calls = new List<ChatToolCall>(message.Calls.Length);
        foreach (var call in message.Calls)
        {
            // Providers refuse arguments that are not an object, even in history.
            var arguments = call.Arguments.ValueKind is JsonValueKind.Object ? BinaryData.FromString(call.Arguments.GetRawText()) : BinaryData.FromString("{}");
            calls.Add(ChatToolCall.CreateFunctionToolCall(call.Id, PromptMessage.ToolName(call), arguments));
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
        foreach (var tool in _tools.Of(session.Tools))
        {
            options.Tools.Add(tool);
        }
        return options;
    }

    private static ChatTool Definition(ToolSpec tool)
        => ChatTool.CreateFunctionTool(tool.Name, tool.Description, BinaryData.FromString(tool.InputSchema.GetRawText()));
}
