using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>What brains are made of, and what they are to decide on.</summary>
internal static class BrainInputs
{
    /// <summary>The first decision of a session.</summary>
    public static SessionView View { get; } = new()
    {
        Run = "r",
        Session = "0-0",
        Goal = "Buy coffee.",
        State = new Dictionary<string, JsonElement>(),
        Turns = [],
        Tools = [FinishTool.Spec],
        StepsLeft = 25,
    };

    /// <summary>The scripted model, which may take <paramref name="timeout"/>. Default 20 s.</summary>
    public static LlmSpec Llm(TimeSpan? timeout = null) => new() { Model = "test/scripted", Timeout = timeout ?? TimeSpan.FromSeconds(20) };

    /// <summary>Makes the prompts.</summary>
    public static PromptBuilder Prompts => new(new HistoryWindow());

    /// <summary>The brain on the OpenAI SDK.</summary>
    public static ChatBrain ChatBrain(ChatConnection connection, LlmSpec llm) => new(connection.Client.GetChatClient(llm.Asked), llm, Prompts, TimeProvider.System);
}
