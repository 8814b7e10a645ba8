using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools.Pages;

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
    /// <param name="exchange">The answer.</param>
    /// <param name="state">Whose it is.</param>
    /// <param name="targetUrl">URL of the target, which references are told relative to; null: to the answer's host.</param>
    /// <param name="page">The page that it holds; null for none.</param>
    public static ActionResult Of(in TargetExchange exchange, SessionState state, Uri? targetUrl, HtmlPage? page)
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
            Observation = ObservationWriter.Response(in exchange, state.Secrets, targetUrl, page),
        };
    }
}
