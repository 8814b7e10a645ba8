using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;

namespace ApeTest.Targets.Tools;

/// <summary>Makes results.</summary>
internal static class ActionResults
{
    public const string UnknownTool = "unknown_tool";
    public const string InvalidArguments = "invalid_arguments";

    /// <summary>A call that was not sent.</summary>
    public static ActionResult Rejected(string errorType, string message, SessionState state) => new()
    {
        Outcome = ActionOutcome.Rejected,
        ErrorType = errorType,
        Observation = ObservationWriter.Error(errorType, message, state.Secrets),
    };

    /// <summary>What came back from the target.</summary>
    public static ActionResult Of(in TargetExchange exchange, SessionState state, Uri? targetUrl = null)
    {
        if (exchange.ErrorType is { } errorType)
        {
            return new ActionResult
            {
                Outcome = ActionOutcome.TransportError,
                Exchange = exchange,
                ErrorType = errorType,
                Observation = ObservationWriter.Error(errorType, exchange.ErrorMessage ?? errorType, state.Secrets),
            };
        }
        var failed = exchange.Status >= 400;
        return new ActionResult
        {
            Outcome = failed ? ActionOutcome.HttpError : ActionOutcome.Ok,
            Exchange = exchange,
            ErrorType = failed ? $"http_{exchange.Status}" : null,
            Observation = ObservationWriter.Response(in exchange, state.Secrets, targetUrl),
        };
    }
}
