using ApeTest.Agent.Brains;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Tests.Brains;

public sealed class ChatBrainFailureTests : BrainFailureContract
{
    private protected override IBrain Create(ChatConnection connection, LlmSpec llm) => BrainInputs.ChatBrain(connection, llm);
}
