namespace ApeTest.Gateway.Mcp.Http;

/// <summary>Ends the handling of an HTTP request with <paramref name="problem"/> as its answer.</summary>
internal sealed class RequestProblemException(JsonRpcProblem problem) : Exception(problem.Message)
{
    /// <summary>The answer.</summary>
    public JsonRpcProblem Problem => problem;
}
