using ApeTest.Scenarios;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Agent.Brains;

/// <summary>
/// Makes the brain of a run. On the full package feed the folder <c>SemanticKernel/</c> is compiled in and implements
/// <see cref="TryCreate"/>; otherwise the call vanishes and the OpenAI SDK decides.
/// </summary>
internal sealed partial class BrainFactory(ChatConnection? connection, TimeProvider time)
{
    private readonly PromptBuilder _prompts = new(new HistoryWindow());

    /// <summary>The brain of the run's goals; null for a run without goals. Without a way to a model: <see cref="ApeTestException"/>.</summary>
    public IBrain? Create(RunPlan plan)
    {
        if (plan.Scenario.Goals.IsEmpty)
        {
            return null;
        }
        if (connection is null)
        {
            throw new ApeTestException("The run's goals need a model, but this agent knows no LlmProxy.", "Set APETEST_LLMPROXY__URL.", ExitCodes.Environment);
        }
        IBrain? brain = null;
        TryCreate(plan, ref brain);
        return brain ?? new ChatBrain(connection.Client.GetChatClient(plan.Scenario.Llm.Asked), plan.Scenario.Llm, _prompts, time);
    }

    partial void TryCreate(RunPlan plan, ref IBrain? brain);
}
