using System.Collections.Immutable;
using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Tests.Fakes;
using ApeTest.Scenarios.Model;
using ApeTest.Targets.Tools;

namespace ApeTest.Agent.Tests.Brains;

public sealed class ChatBrainTests : BrainContract
{
    [Fact]
    public void PerCatalog_SameCatalog_IsMadeOnce()
    {
        var catalogs = new PerCatalog<object>(static tools => tools.Length);
        ImmutableArray<ToolSpec> tools = [FinishTool.Spec];
        ImmutableArray<ToolSpec> others = [FinishTool.Spec];

        var first = catalogs.Of(tools);

        Assert.Same(first, catalogs.Of(tools));
        Assert.NotSame(first, catalogs.Of(others));
    }

    private protected override IBrain Create(ChatConnection connection, LlmSpec llm) => BrainInputs.ChatBrain(connection, llm);
}
