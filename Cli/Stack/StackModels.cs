using ApeTest.LlmProxy.Models;
using ApeTest.Runs.Control;

namespace ApeTest.Cli.Stack;

/// <summary>Asks the LLM proxy of a stack whether a model can be used.</summary>
internal sealed class StackModels(CollectorClient collector) : ILlmReadiness
{
    public async Task<LlmReadinessResult> CheckAsync(string model, CancellationToken cancellationToken)
    {
        var finding = await collector.ModelAsync(model, cancellationToken);
        var status = Enum.TryParse<LlmReadinessStatus>(finding.Status.Replace("_", "", StringComparison.Ordinal), ignoreCase: true, out var known)
            ? known
            : LlmReadinessStatus.Unreachable;
        return new LlmReadinessResult(status, finding.Message, finding.Hint, model.Split('/')[0], []);
    }
}
