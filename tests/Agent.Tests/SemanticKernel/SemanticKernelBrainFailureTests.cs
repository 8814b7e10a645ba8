using ApeTest.Agent.Brains;
using ApeTest.Agent.SemanticKernel;
using ApeTest.Agent.Tests.Brains;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Scenarios.Model;

namespace ApeTest.Agent.Tests.SemanticKernel;

public sealed class SemanticKernelBrainFailureTests : BrainFailureContract
{
    private protected override IBrain Create(ChatConnection connection, LlmSpec llm) => new SemanticKernelBrain(connection.Client, llm, BrainInputs.Prompts, TimeProvider.System);
}
