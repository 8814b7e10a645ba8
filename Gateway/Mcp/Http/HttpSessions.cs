using System.Diagnostics.CodeAnalysis;
using ApeTest.Gateway.Mcp.Catalog;
using ApeTest.Gateway.Mcp.Sessions;
using ModelContextProtocol.Server;

namespace ApeTest.Gateway.Mcp.Http;

/// <summary>The sessions over HTTP. Thread-safe.</summary>
internal sealed partial class HttpSessions : IAsyncDisposable
{
    private readonly McpServers _servers;
    private readonly McpTools _tools;
    private readonly GatewayMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly ILogger<HttpSessions> _logger;
    private readonly BoundedSessions<HttpSession> _sessions;

    public HttpSessions(McpServers servers, McpTools tools, GatewayMetrics metrics, McpLimits limits, TimeProvider time, ILoggerFactory loggers)
    {
        (_servers, _tools, _metrics, _time, _loggers) = (servers, tools, metrics, time, loggers);
        _logger = loggers.CreateLogger<HttpSessions>();
        _sessions = new BoundedSessions<HttpSession>(limits, time, static session => session.IsBusy, OnEnded);
        tools.Changed += OnToolsChanged;
    }

    /// <summary>Sessions now.</summary>
    public int Count => _sessions.Count;

    /// <summary>A session with an id of its own, which nobody can find before <see cref="Add"/>.</summary>
    public HttpSession Create()
    {
        var id = SessionId.Create();
        var state = new ClientState(id);
        var transport = new StreamableHttpServerTransport(_loggers) { SessionId = id };
        return new HttpSession(id, state, new McpConnection(transport, _servers.ForSession(state), _loggers), new EventStream(_time));
    }

    /// <summary>Makes the session known. The least recently used one makes room where there are too many.</summary>
    public void Add(HttpSession session)
    {
        _sessions.Add(session.Id, session);
        _metrics.SessionBegan();
    }

    /// <summary>The session of that id.</summary>
    public bool TryUse(string id, [NotNullWhen(true)] out HttpSession? session) => _sessions.TryUse(id, out session);

    /// <summary>Ends a session for its client; false where there is none of that id.</summary>
    public async ValueTask<bool> TryEndAsync(string id)
    {
        if (!_sessions.TryTake(id, out var session))
        {
            return false;
        }
        _metrics.SessionEnded(SessionEnd.Closed);
        await session.DisposeAsync();
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        _tools.Changed -= OnToolsChanged;
        _sessions.Dispose();
        foreach (var session in _sessions.All())
        {
            await session.DisposeAsync();
        }
    }

    private void OnToolsChanged()
    {
        foreach (var session in _sessions.All())
        {
            session.Events.ToolsChanged();
        }
    }

    private void OnEnded(HttpSession session, SessionEnd end)
    {
        _metrics.SessionEnded(end);
        LogEnded(_logger, session.Name, end);
        // Nobody waits for it: what is under way in it ends by itself.
        _ = session.DisposeAsync().AsTask();
    }

    [LoggerMessage(1, LogLevel.Debug, "MCP session {McpSession} ended: {Reason}", EventName = "mcp.session_ended")]
    private static partial void LogEnded(ILogger logger, string mcpSession, SessionEnd reason);
}
