using ApeTest.Targets.Http;
using ApeTest.Targets.Sessions;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.GraphQl;

/// <summary>Sends GraphQL requests and judges their answers: <c>errors</c> are a failure whatever the status. Thread-safe.</summary>
/// <param name="endpoint">URL of the endpoint.</param>
/// <param name="caller">How calls are made.</param>
/// <param name="isTarget">Whether the endpoint is on the target's own host, which may see the session's token.</param>
internal sealed class GraphQlCaller(Uri endpoint, TargetCaller caller, bool isTarget)
{
    private static readonly List<KeyValuePair<string, string>> Headers = [new("Accept", "application/graphql-response+json, application/json;q=0.9")];

    /// <summary>Makes the call.</summary>
    /// <param name="tool">Tool that makes it.</param>
    /// <param name="body">The request.</param>
    /// <param name="state">The session.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<ActionResult> CallAsync(string tool, ReadOnlyMemory<byte> body, SessionState state, CancellationToken cancellationToken)
    {
        var result = await caller.CallAsync(
            new TargetCall(HttpMethod.Post, endpoint) { Operation = tool, Headers = Headers, Body = body, ContentType = "application/json", ShowToken = isTarget, CarryCsrf = isTarget },
            state,
            cancellationToken);
        if (result is not { Outcome: ActionOutcome.Ok, Exchange: { } exchange } || GraphQlErrors.Find(exchange.Body) is not { } error)
        {
            return result;
        }
        return result with
        {
            Outcome = ActionOutcome.HttpError,
            ErrorType = error.Type,
            // The oracle sees it too: a 200 with errors has proven nothing.
            Exchange = exchange with { ErrorType = error.Type, ErrorMessage = error.Message },
        };
    }
}
