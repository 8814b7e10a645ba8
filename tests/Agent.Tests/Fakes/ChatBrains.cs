using System.Text.Json;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Tests.Fakes;

/// <summary>Brains for <see cref="FakeChatServer"/>, and what they are to decide on.</summary>
internal static class ChatBrains
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

    /// <summary>A brain on a connection; its model may take <paramref name="timeout"/>. Default 20 s.</summary>
    public static ChatBrain Of(ChatConnection connection, TimeSpan? timeout = null)
    {
        var llm = new LlmSpec { Model = "test/scripted", Timeout = timeout ?? TimeSpan.FromSeconds(20) };
        return new ChatBrain(connection.Client(llm.Model), llm, new PromptBuilder(new HistoryWindow()), TimeProvider.System);
    }
}
