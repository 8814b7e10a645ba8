using ApeTest.Agent.Sessions;

namespace ApeTest.Agent.Brains;

/// <summary>How an SDK asks the model: all that the chat brains do not share. Implementations: the OpenAI SDK; Semantic Kernel.</summary>
internal interface IChatStream
{
    /// <summary>
    /// Sends the prompt with the session's tools, once, and adds every update of the streamed answer to <paramref name="answer"/>. What the
    /// SDK throws is left to <see cref="ChatDecider"/>.
    /// </summary>
    Task ReadAsync(IReadOnlyList<PromptMessage> prompt, SessionView session, ChatAnswer answer, CancellationToken cancellationToken);
}
