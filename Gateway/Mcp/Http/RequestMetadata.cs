using System.Text.Json.Nodes;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace ApeTest.Gateway.Mcp.Http;

/// <summary>
/// What a request of the session-less protocol must say of itself, in its headers and in its body, and both the same
/// (https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#server-validation).
/// </summary>
internal static class RequestMetadata
{
    private const string Meta = "_meta";

    /// <summary>What this server does. Judged here, because the status of an answer is decided before the SDK sees the request.</summary>
    private static readonly string[] Methods = ["server/discover", "tools/list", "tools/call", "subscriptions/listen"];

    /// <summary>The version that the body names; null for none.</summary>
    public static string? VersionIn(JsonRpcMessage message) => Text(MetaOf(message)?[MetaKeys.ProtocolVersion]);

    /// <summary>Throws <see cref="RequestProblemException"/> where something is missing or differs.</summary>
    public static void Check(HttpRequest http, JsonRpcMessage message)
    {
        var (method, parameters, id) = Parts(message);
        if (method is null)
        {
            throw Problem(McpErrorCode.InvalidRequest, default, $"In protocol version {ProtocolVersions.Sessionless} a client sends requests and notifications only.");
        }
        if (Header(http, McpHeaders.Method, id) is var named && named != method)
        {
            throw Mismatch(id, McpHeaders.Method, named, method);
        }
        if (message is not JsonRpcRequest)
        {
            return;
        }
        if (method is "tools/call" or "prompts/get" or "resources/read")
        {
            var name = Text(parameters?[method == "resources/read" ? "uri" : "name"]);
            var shown = Header(http, McpHeaders.Name, id);
            if (McpHeaderEncoder.DecodeValue(shown) != name)
            {
                throw Mismatch(id, McpHeaders.Name, shown, name);
            }
        }
        var meta = MetaOf(message);
        if (VersionIn(message) is not { } version)
        {
            throw Problem(McpErrorCode.InvalidParams, id, $"`params._meta` must hold '{MetaKeys.ProtocolVersion}'.");
        }
        if (version != ProtocolVersions.Sessionless)
        {
            throw Mismatch(id, McpHeaders.ProtocolVersion, ProtocolVersions.Sessionless, version);
        }
        if (meta![MetaKeys.ClientCapabilities] is not JsonObject)
        {
            throw Problem(McpErrorCode.InvalidParams, id, $"`params._meta` must hold '{MetaKeys.ClientCapabilities}', a JSON object.");
        }
        if (meta[MetaKeys.ClientInfo] is { } info and not JsonObject)
        {
            throw Problem(McpErrorCode.InvalidParams, id, $"'{MetaKeys.ClientInfo}' in `params._meta` must be a JSON object, not {info.GetValueKind()}.");
        }
        if (!Methods.Contains(method))
        {
            throw new RequestProblemException(new JsonRpcProblem(
                StatusCodes.Status404NotFound, McpErrorCode.MethodNotFound, $"Method '{Shown(method)}' is not offered in protocol version {ProtocolVersions.Sessionless}; offered: {string.Join(", ", Methods)}.") { Id = id });
        }
    }

    private static (string? Method, JsonObject? Parameters, RequestId Id) Parts(JsonRpcMessage message) => message switch
    {
        JsonRpcRequest request => (request.Method, request.Params as JsonObject, request.Id),
        JsonRpcNotification notification => (notification.Method, notification.Params as JsonObject, default),
        _ => default,
    };

    private static JsonObject? MetaOf(JsonRpcMessage message) => Parts(message).Parameters?[Meta] as JsonObject;

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    private static string Header(HttpRequest http, string name, RequestId id)
    {
        var value = http.Headers[name].ToString().Trim();
        return value.Length == 0
            ? throw Problem(McpErrorCode.HeaderMismatch, id, $"Header mismatch: the header {name} is missing.")
            : value.AsSpan().ContainsAnyExceptInRange(' ', '~')
                ? throw Problem(McpErrorCode.HeaderMismatch, id, $"Header mismatch: the header {name} holds a character that may not stand there.")
                : value;
    }

    private static RequestProblemException Mismatch(RequestId id, string header, string inHeader, string? inBody) =>
        Problem(McpErrorCode.HeaderMismatch, id, $"Header mismatch: {header} is '{Shown(inHeader)}' and the body says '{Shown(inBody ?? "")}'.");

    private static string Shown(string text) => text.Length > 100 ? text[..100] : text;

    private static RequestProblemException Problem(McpErrorCode code, RequestId id, string message) =>
        new(new JsonRpcProblem(StatusCodes.Status400BadRequest, code, message) { Id = id });
}
