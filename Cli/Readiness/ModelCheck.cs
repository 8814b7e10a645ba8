using ApeTest.LlmProxy.Models;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Readiness;

/// <summary>Checks that the model can be used, before there is any load.</summary>
internal static class ModelCheck
{
    /// <summary>What the model costs. Otherwise <see cref="ApeTestException"/>: exit 2 for an unknown provider or a missing or refused key, 3 for an unreachable one or an unknown model.</summary>
    public static async Task<ModelTerms?> ReadyAsync(ILlmReadiness readiness, string model, CancellationToken cancellationToken)
    {
        var result = await readiness.CheckAsync(model, cancellationToken);
        if (result.Status is LlmReadinessStatus.Ok)
        {
            return result.Terms;
        }
        var code = result.Status is LlmReadinessStatus.UnknownProvider or LlmReadinessStatus.MissingKey or LlmReadinessStatus.InvalidKey
            ? ExitCodes.Input
            : ExitCodes.Environment;
        throw new ApeTestException($"model {model}: {result.Message}", result.Hint, code);
    }
}
