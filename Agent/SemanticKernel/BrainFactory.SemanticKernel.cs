using ApeTest.Agent.SemanticKernel;
using ApeTest.Scenarios.Planning;

// The half of the factory that this folder brings; its other half calls it where the folder is compiled in.
namespace ApeTest.Agent.Brains;

internal sealed partial class BrainFactory
{
    partial void TryCreate(RunPlan plan, ref IBrain? brain) => brain = new SemanticKernelBrain(connection!.Client, plan.Scenario.Llm, _prompts, time);
}
