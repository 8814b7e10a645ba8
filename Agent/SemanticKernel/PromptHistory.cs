using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Targets.Tools;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;

namespace ApeTest.Agent.SemanticKernel;

/// <summary>A prompt as Semantic Kernel's chat history.</summary>
internal static class PromptHistory
{
    public static ChatHistory Of(IReadOnlyList<PromptMessage> prompt)
    {
        var history = new ChatHistory();
        foreach (var message in prompt)
        {
            history.Add(message.Role switch
            {
                PromptRole.System => new ChatMessageContent(AuthorRole.System, message.Text),
                PromptRole.User => new ChatMessageContent(AuthorRole.User, message.Text),
                PromptRole.Tool => new FunctionResultContent(callId: message.CallId, result: message.Text).ToChatMessage(),
                _ => Assistant(message),
            });
        }
        return history;
    }

    private static ChatMessageContent Assistant(in PromptMessage message)
    {
        var assistant = new ChatMessageContent(AuthorRole.Assistant, message.Text);
        foreach (var call in message.Calls)
        {
            // Without a plugin: the connector would put its name before the tool's.
            assistant.Items.Add(new FunctionCallContent(PromptMessage.ToolName(call), pluginName: null, call.Id, Arguments(call)));
        }
        return assistant;
    }

    /// <summary>
    /// None where they are not an object, which providers refuse even in history (no arguments at all would be written as <c>null</c>), and where
    /// they hold text that cannot be read: the connector writes them anew and would throw.
    /// </summary>
    private static KernelArguments Arguments(ToolCall call)
    {
        var arguments = new KernelArguments();
        if (call.Arguments.ValueKind is JsonValueKind.Object && ArgumentCheck.Unreadable(call.Arguments) is null)
        {
            foreach (var argument in call.Arguments.EnumerateObject())
            {
                arguments[argument.Name] = argument.Value;
            }
        }
        return arguments;
    }
}
