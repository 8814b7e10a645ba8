using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Http;

/// <summary>An HTTP request that is refused before it comes to the protocol: status, and a JSON-RPC error that says why.</summary>
internal sealed record JsonRpcProblem(int Status, int Code, string Message)
{
    /// <summary>Of the transport itself, as the official SDKs number it.</summary>
    public const int Transport = -32000;

    /// <summary>A session that is not known, as the official SDKs number it.</summary>
    public const int UnknownSession = -32001;

    private static readonly JsonTypeInfo<JsonRpcError> ErrorType = (JsonTypeInfo<JsonRpcError>)McpJsonUtilities.DefaultOptions.GetTypeInfo(typeof(JsonRpcError));

    public JsonRpcProblem(int status, McpErrorCode code, string message)
        : this(status, (int)code, message)
    {
    }

    /// <summary>Id of the request, where it could be read.</summary>
    public RequestId Id { get; init; }

    /// <summary>Further data for programs; null for none.</summary>
    public JsonNode? Details { get; init; }

    /// <summary>Answers the request with it.</summary>
    public Task WriteAsync(HttpContext context)
    {
        context.Response.Clear();
        if (Status == StatusCodes.Status405MethodNotAllowed)
        {
            context.Response.Headers.Allow = "GET, POST, DELETE";
        }
        var error = new JsonRpcError { Id = Id, Error = new JsonRpcErrorDetail { Code = Code, Message = Message, Data = Details } };
        return TypedResults.Json(error, ErrorType, statusCode: Status).ExecuteAsync(context);
    }
}
