using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Gateway.Mcp.Calls;
using ApeTest.Gateway.Mcp.Catalog;
using ApeTest.Gateway.Mcp.Sessions;
using ApeTest.Targets.Http;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ApeTest.Gateway.Mcp;

/// <summary>What the SDK's servers do: list the tools and call them. One set of options for each server, since each has its session.</summary>
internal sealed class McpServers(McpTools tools, ToolCaller caller, SessionHandles handles, ToolSubscriptions subscriptions)
{
    /// <summary>Key in the items of a message: the caller's <c>traceparent</c> header (string).</summary>
    public const string TraceParentItem = "apetest.traceparent";

    /// <summary>Key in the items of a message: its connection's <see cref="CancellationToken"/>.</summary>
    public const string AbortedItem = "apetest.aborted";

    /// <summary>Key in the items of a message: an <see cref="Action"/> to run when its request was cancelled, since no answer will come then.</summary>
    public const string CancelledItem = "apetest.cancelled";

    private const string Instructions =
        "Each tool sends one HTTP request to the system under test and returns its status, the headers that matter, its body and a trace id. "
        + "Cookies and tokens of a login carry over to later calls of the same session by themselves. http_* reach any path of the target; "
        + "state_update remembers values. A result with isError says what was wrong: correct the call and try again.";

    private static readonly Implementation Info = new()
    {
        Name = "ape-test-gateway",
        Title = "ApeTest gateway",
        Version = typeof(McpServers).Assembly.GetName().Version?.ToString(3) ?? "0.0.0",
    };

    /// <summary>Options of a server with a session: every call is made in <paramref name="state"/>.</summary>
    public McpServerOptions ForSession(ClientState state) => Options(
        Instructions,
        withSession: false,
        (request, cancellationToken) => CallAsync(request, (_, _) => new SessionFound(state), cancellationToken));

    /// <summary>Options of a server for one request of the session-less protocol: a call names its session by the handle from <c>session_start</c>.</summary>
    public McpServerOptions ForRequest() => Options(
        $"{Instructions} Call {SessionStart.Name} first and pass its handle as `{SessionStart.Argument}` to the other tools.",
        withSession: true,
        (request, cancellationToken) => request.Params?.Name == SessionStart.Name
            ? ValueTask.FromResult(CallResults.Field(SessionStart.Argument, handles.Start()))
            : CallAsync(request, FindByHandle, cancellationToken));

    private McpServerOptions Options(string instructions, bool withSession, McpRequestHandler<CallToolRequestParams, CallToolResult> call)
    {
        var options = new McpServerOptions
        {
            ServerInfo = Info,
            ServerInstructions = instructions,
            ScopeRequests = false,
            Capabilities = new ServerCapabilities { Tools = new ToolsCapability { ListChanged = true } },
            Handlers = new McpServerHandlers
            {
                ListToolsHandler = (request, cancellationToken) => ListAsync(request, withSession, cancellationToken),
                CallToolHandler = call,
                SubscriptionsListenHandler = subscriptions.ListenAsync,
            },
        };
        options.Filters.Message.IncomingFilters.Add(static next => (context, cancellationToken) => FilterAsync(next, context, cancellationToken));
        return options;
    }

    private async ValueTask<ListToolsResult> ListAsync(RequestContext<ListToolsRequestParams> request, bool withSession, CancellationToken cancellationToken)
    {
        if (request.Params?.Cursor is not null)
        {
            throw new McpProtocolException("Unknown cursor: all tools are on one page.", McpErrorCode.InvalidParams);
        }
        var table = await tools.ReadAsync(cancellationToken);
        return new ListToolsResult
        {
            Tools = [.. withSession ? table.ListedWithSession : table.Listed],
            Meta = table.Problems.IsEmpty ? null : new JsonObject { ["apetest/problems"] = new JsonArray([.. table.Problems.Select(static problem => (JsonNode)problem)]) },
        };
    }

    private async ValueTask<CallToolResult> CallAsync(RequestContext<CallToolRequestParams> request, FindSession session, CancellationToken cancellationToken)
    {
        if (request.Params?.Name is not { } name)
        {
            throw new McpProtocolException("`name` of the tool is missing.", McpErrorCode.InvalidParams);
        }
        var aborted = Item(request.JsonRpcRequest, AbortedItem) is CancellationToken token ? token : CancellationToken.None;
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, aborted);
        return await caller.CallAsync(name, request.Params.Arguments, session, TraceOf(request), linked.Token);
    }

    private SessionFound FindByHandle(McpTool tool, Dictionary<string, JsonElement> arguments)
    {
        if (!arguments.Remove(tool.SessionArgument, out var handle))
        {
            return new SessionFound(new ClientState(SessionId.Create()));
        }
        return handle.ValueKind == JsonValueKind.String && handles.TryUse(handle.GetString()!, out var state)
            ? new SessionFound(state)
            : new SessionFound(null, CallResults.Error(
                "unknown_session", $"$.{tool.SessionArgument}: there is no such session, or it has ended; call {SessionStart.Name} and use the handle that it returns"));
    }

    /// <summary>The client's own trace: of the call (<c>_meta.traceparent</c>), else of the HTTP request.</summary>
    private static ActivityContext TraceOf(RequestContext<CallToolRequestParams> request)
    {
        var meta = request.Params?.Meta?[TraceHeaders.TraceParent] is JsonValue value && value.TryGetValue(out string? text) ? text : null;
        return TraceHeaders.TryParse(meta, out var context) || TraceHeaders.TryParse(Item(request.JsonRpcRequest, TraceParentItem) as string, out context) ? context : default;
    }

    private static object? Item(JsonRpcMessage message, string key) => message.Context?.Items is { } items && items.TryGetValue(key, out var value) ? value : null;

    /// <summary>Around every message: parameters of a wrong shape are the client's mistake, and a cancelled request gets no answer.</summary>
    private static async Task FilterAsync(McpMessageHandler next, MessageContext context, CancellationToken cancellationToken)
    {
        try
        {
            await next(context, cancellationToken);
        }
        catch (JsonException shape)
        {
            throw new McpProtocolException("Invalid params: they are not of the shape that the method asks for.", shape, McpErrorCode.InvalidParams);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            (Item(context.JsonRpcMessage, CancelledItem) as Action)?.Invoke();
            throw;
        }
    }
}
