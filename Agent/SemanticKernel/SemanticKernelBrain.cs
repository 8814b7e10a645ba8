using System.Text;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Scenarios.Model;
using Microsoft.SemanticKernel;
using Microsoft.SemanticKernel.ChatCompletion;
using Microsoft.SemanticKernel.Connectors.OpenAI;
using OpenAI;
using OpenAI.Chat;

namespace ApeTest.Agent.SemanticKernel;

/// <summary>
/// Decides with a chat model through LlmProxy, on Semantic Kernel: the target's tools are functions of the kernel, its OpenAI connector asks,
/// and nothing is invoked by it, so that every call is the session's to make and to measure. Shared by all sessions of a run.
/// </summary>
internal sealed class SemanticKernelBrain : IBrain, IChatStream
{
    private readonly ChatDecider _decider;
    private readonly IChatCompletionService _chat;
    private readonly OpenAIPromptExecutionSettings _settings;
    private readonly PerCatalog<Kernel> _kernels;

    /// <param name="client">The connection's client: its pool, its handler, and no retries.</param>
    /// <param name="llm">The model.</param>
    /// <param name="prompts">Makes the prompts.</param>
    /// <param name="time">Clock.</param>
    public SemanticKernelBrain(OpenAIClient client, LlmSpec llm, PromptBuilder prompts, TimeProvider time)
    {
        _decider = new ChatDecider(llm, prompts, time);
        var kernel = Kernel.CreateBuilder().AddOpenAIChatCompletion(llm.Asked, client).Build();
        _chat = kernel.GetRequiredService<IChatCompletionService>();
        _kernels = new PerCatalog<Kernel>(tools => new Kernel(kernel.Services, [new ToolPlugin(tools)]));
        _settings = new OpenAIPromptExecutionSettings
        {
            MaxTokens = llm.MaxCompletionTokens,
            Temperature = llm.Temperature,
            FunctionChoiceBehavior = FunctionChoiceBehavior.Auto(autoInvoke: false),
        };
        // One instance serves all sessions at once.
        _settings.Freeze();
    }

    public ValueTask<Decision> DecideAsync(SessionView session, CancellationToken cancellationToken) => _decider.DecideAsync(this, session, cancellationToken);

    public async Task ReadAsync(IReadOnlyList<PromptMessage> prompt, SessionView session, ChatAnswer answer, CancellationToken cancellationToken)
    {
        var kernel = SessionKernel.Of(_kernels.Of(session.Tools), session);
        await foreach (var update in _chat.GetStreamingChatMessageContentsAsync(PromptHistory.Of(prompt), _settings, kernel, cancellationToken))
        {
            foreach (var item in update.Items)
            {
                switch (item)
                {
                    case StreamingTextContent text:
                        answer.AddText(text.Text);
                        break;
                    // Not FunctionCallContentBuilder: it makes text of every argument, and drops calls that come without an id (docs/design/017-semantic-kernel.md).
                    case StreamingFunctionCallUpdateContent call:
                        answer.AddCall(call.FunctionCallIndex, call.CallId, call.Name, Encoding.UTF8.GetBytes(call.Arguments ?? ""));
                        break;
                }
            }
            if (update.InnerContent is StreamingChatCompletionUpdate facts)
            {
                answer.AddFacts(facts, session.WantsReasoning);
            }
        }
    }
}
