using ApeTest.Targets.Http;

namespace ApeTest.Agent.Sessions;

/// <summary>Who is to blame for the error of an action: <c>where</c> of a summary's errors.</summary>
internal static class ErrorPlace
{
    /// <summary><c>target</c>, or <c>gateway</c> for what the policy refused or the gateway failed at, or <c>harness</c> for a limit of our own; null without an error.</summary>
    public static string? Of(string? errorType) => errorType switch
    {
        null => null,
        TargetErrors.Gateway or TargetErrors.Denied or TargetErrors.Budget or TargetErrors.CircuitOpen or TargetErrors.Login or TargetErrors.BadRequest => "gateway",
        TargetErrors.Memory => "harness",
        _ => "target",
    };
}
