using ApeTest.Targets.Http;
using ApeTest.Targets.Tools;

namespace ApeTest.Cli.Commands.Init.Survey;

/// <summary>A call of a trial, and what came of it.</summary>
/// <param name="Tool">Name of the tool.</param>
/// <param name="Result">What the target answered.</param>
internal sealed record TrialCall(string Tool, ActionResult Result)
{
    /// <summary>The answer; its body has at most 1 MiB.</summary>
    public TargetExchange Answer => Result.Exchange ?? TargetExchange.Failed(Result.ErrorType ?? TargetErrors.Protocol, "");

    /// <summary>Whether the target answered below 400, and without an error of GraphQL's.</summary>
    public bool IsOk => Result.Outcome is ActionOutcome.Ok;
}
