using System.Text.Json;
using System.Threading.Channels;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ApeTest.Gateway.Mcp.Http;

/// <summary>
/// <c>/mcp</c>: Streamable HTTP over the SDK's transport (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#streamable-http;
/// 2026-07-28 without sessions). The checks that the specification asks of the HTTP side are here, the protocol itself is the SDK's.
/// </summary>
internal sealed class McpEndpoint(HttpSessions sessions, McpServers servers, ILoggerFactory loggers, IHostApplicationLifetime lifetime)
{
    private const string Json = "application/json";
    private const string Sse = "text/event-stream";

    /// <summary>Handles any method.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            CheckOrigin(context.Request);
            await (context.Request.Method switch
            {
                "POST" => PostAsync(context),
                "GET" => GetAsync(context),
                "DELETE" => DeleteAsync(context),
                _ => throw Problem(StatusCodes.Status405MethodNotAllowed, JsonRpcProblem.Transport, $"Method {context.Request.Method} is not allowed: use POST, GET or DELETE."),
            });
        }
        catch (RequestProblemException refused) when (!context.Response.HasStarted)
        {
            await refused.Problem.WriteAsync(context);
        }
        catch (Exception gone) when (context.RequestAborted.IsCancellationRequested && gone is OperationCanceledException or IOException)
        {
            // The client has left: there is nobody to tell.
        }
    }

    private async Task PostAsync(HttpContext context)
    {
        // 1. Is it what this endpoint reads, and does the client read what it answers?
        var request = context.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || !type.MediaType.Equals(Json, StringComparison.OrdinalIgnoreCase))
        {
            throw Problem(StatusCodes.Status415UnsupportedMediaType, JsonRpcProblem.Transport, $"Content-Type must be {Json}.");
        }
        if (!Accepts(request, Json) || !Accepts(request, Sse))
        {
            throw Problem(StatusCodes.Status406NotAcceptable, JsonRpcProblem.Transport, $"Not acceptable: the Accept header must hold {Json} and {Sse}.");
        }

        // 2. The message, and the version that it is of.
        var message = await MessageReader.ReadAsync(context);
        var id = message is JsonRpcRequest { Id: var given } ? given : default;
        var version = ProtocolVersions.Of(request, id);
        if (version == ProtocolVersions.Sessionless)
        {
            RequestMetadata.Check(request, message);
            await AnswerAloneAsync(context, message, version);
            return;
        }
        if (RequestMetadata.VersionIn(message) == ProtocolVersions.Sessionless)
        {
            throw Problem(StatusCodes.Status400BadRequest, (int)McpErrorCode.HeaderMismatch, $"Header mismatch: the body is of protocol version {ProtocolVersions.Sessionless}, the header {McpHeaders.ProtocolVersion} is not.", id);
        }

        // 3. A new session, or the one that it belongs to.
        if (message is JsonRpcRequest { Method: RequestMethods.Initialize })
        {
            await InitializeAsync(context, message, id);
            return;
        }
        var session = Find(context, id);
        using var use = session.Use();
        if (version is not null && session.Connection.Version is { } agreed && version != agreed)
        {
            throw Problem(StatusCodes.Status400BadRequest, (int)McpErrorCode.InvalidRequest, $"The session speaks protocol version {agreed}; the header {McpHeaders.ProtocolVersion} says {version}.", id);
        }
        await AnswerAsync(context, session.Connection, message, id, version: null, context.Response.Body);
    }

    /// <summary>A session is known, and its id is told, only when <c>initialize</c> has succeeded.</summary>
    private async Task InitializeAsync(HttpContext context, JsonRpcMessage message, RequestId id)
    {
        if (context.Request.Headers.ContainsKey(McpHeaders.SessionId))
        {
            throw Problem(StatusCodes.Status400BadRequest, (int)McpErrorCode.InvalidRequest, $"`initialize` begins a new session: send it without {McpHeaders.SessionId}.", id);
        }
        var session = sessions.Create();
        var isKnown = false;
        try
        {
            // Held back until it is known whether a session's id belongs to it.
            using var answer = new MemoryStream();
            await AnswerAsync(context, session.Connection, message, id, version: null, answer);
            isKnown = session.Connection.Version is not null;
            if (isKnown)
            {
                sessions.Add(session);
                context.Response.Headers[McpHeaders.SessionId] = session.Id;
            }
            else
            {
                context.Response.StatusCode = StatusCodes.Status400BadRequest;
            }
            await context.Response.Body.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length), context.RequestAborted);
        }
        finally
        {
            if (!isKnown)
            {
                await session.DisposeAsync();
            }
        }
    }

    private async Task AnswerAloneAsync(HttpContext context, JsonRpcMessage message, string version)
    {
        var id = message is JsonRpcRequest { Id: var given } ? given : default;
        await using var connection = new McpConnection(new StreamableHttpServerTransport(loggers) { Stateless = true }, servers.ForRequest(), loggers);
        await AnswerAsync(context, connection, message, id, version, context.Response.Body);
    }

    /// <summary>Hands the message to the SDK, which writes its answer as an event stream: 202 where there is none.</summary>
    private static async Task AnswerAsync(
        HttpContext context, McpConnection connection, JsonRpcMessage message, RequestId id, string? version, Stream response)
    {
        // Cancelled requests get no answer (the specification says so), and the stream that waits for one must end all the same.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        message.Context = new JsonRpcMessageContext
        {
            ProtocolVersion = version,
            Items = new Dictionary<string, object?>
            {
                [McpServers.TraceParentItem] = context.Request.Headers.TraceParent.ToString(),
                [McpServers.AbortedItem] = context.RequestAborted,
                [McpServers.CancelledItem] = () => End(over),
            },
        };
        BeginEvents(context);
        try
        {
            var hasAnswer = await connection.Transport.HandlePostRequestAsync(message, response, over.Token);
            if (!hasAnswer)
            {
                context.Response.Headers.Clear();
                context.Response.StatusCode = StatusCodes.Status202Accepted;
            }
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested && context.Response.HasStarted)
        {
            // Cancelled by its client, or with its session: the stream ends without an answer.
        }
        catch (Exception ended) when (ended is OperationCanceledException or ChannelClosedException or ObjectDisposedException && !context.RequestAborted.IsCancellationRequested)
        {
            throw Problem(StatusCodes.Status404NotFound, JsonRpcProblem.UnknownSession, "The session has ended.", id);
        }
        catch (JsonException)
        {
            throw Problem(StatusCodes.Status400BadRequest, (int)McpErrorCode.InvalidParams, "Invalid params: they are not of the shape that the method asks for.", id);
        }
    }

    private async Task GetAsync(HttpContext context)
    {
        if (!Accepts(context.Request, Sse))
        {
            throw Problem(StatusCodes.Status406NotAcceptable, JsonRpcProblem.Transport, $"Not acceptable: the Accept header must hold {Sse}.");
        }
        CheckHasSessions(context.Request);
        var session = Find(context, default);
        using var use = session.Use();
        // A stream must not hold up the end of the service.
        using var over = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);
        BeginEvents(context);
        try
        {
            await session.Events.WriteToAsync(context.Response.Body, over.Token);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested)
        {
            // How every such stream ends.
        }
    }

    private async Task DeleteAsync(HttpContext context)
    {
        CheckHasSessions(context.Request);
        var session = Find(context, default);
        await sessions.TryEndAsync(session.Id);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private HttpSession Find(HttpContext context, RequestId id)
    {
        var given = context.Request.Headers[McpHeaders.SessionId].ToString();
        if (given.Length == 0)
        {
            throw Problem(StatusCodes.Status400BadRequest, JsonRpcProblem.Transport, $"The header {McpHeaders.SessionId} is missing: send `initialize` first, and the id that it returns with every request after it.", id);
        }
        return sessions.TryUse(given, out var session)
            ? session
            : throw Problem(StatusCodes.Status404NotFound, JsonRpcProblem.UnknownSession, "There is no such session, or it has ended: begin a new one with `initialize`.", id);
    }

    private static void CheckHasSessions(HttpRequest request)
    {
        if (ProtocolVersions.Of(request) == ProtocolVersions.Sessionless)
        {
            throw Problem(StatusCodes.Status405MethodNotAllowed, JsonRpcProblem.Transport, $"Protocol version {ProtocolVersions.Sessionless} has no sessions: use POST.");
        }
    }

    /// <summary>On loopback the service's guard checks it already; off loopback a page of another site is refused here, whatever it holds.</summary>
    private static void CheckOrigin(HttpRequest request)
    {
        foreach (var origin in request.Headers.Origin)
        {
            if (!Uri.TryCreate(origin, UriKind.Absolute, out var url)
                || !(ServiceUrls.IsLoopbackHost(url.Host) || string.Equals(url.Host, request.Host.Host, StringComparison.OrdinalIgnoreCase)))
            {
                throw Problem(StatusCodes.Status403Forbidden, JsonRpcProblem.Transport, "The Origin header names another site.");
            }
        }
    }

    private static bool Accepts(HttpRequest request, string type)
    {
        var wanted = new MediaTypeHeaderValue(type);
        return MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var accepted) && accepted.Any(range => range.Quality is not 0 && wanted.IsSubsetOf(range));
    }

    private static void BeginEvents(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentType = Sse;
        headers.CacheControl = "no-cache,no-store";
        // Asks a proxy in front not to hold events back.
        headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }

    private static void End(CancellationTokenSource over)
    {
        try
        {
            over.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The HTTP request had ended before.
        }
    }

    private static RequestProblemException Problem(int status, int code, string message, RequestId id = default) =>
        new(new JsonRpcProblem(status, code, message) { Id = id });
}
