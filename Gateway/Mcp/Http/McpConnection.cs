using ModelContextProtocol.Server;

namespace ApeTest.Gateway.Mcp.Http;

/// <summary>One server of the SDK at work: for as long as a session, or for one request of the session-less protocol.</summary>
internal sealed class McpConnection : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly McpServer _server;
    private readonly Task _run;
    private int _ended;

    /// <summary>Starts the server.</summary>
    public McpConnection(StreamableHttpServerTransport transport, McpServerOptions options, ILoggerFactory loggers)
    {
        Transport = transport;
        _server = McpServer.Create(transport, options, loggers);
        // What is ambient in the request that begins a session (trace, identity) is not ambient in its later calls.
        using (ExecutionContext.SuppressFlow())
        {
            _run = _server.RunAsync(_ending.Token);
        }
    }

    /// <summary>Where messages come in.</summary>
    public StreamableHttpServerTransport Transport { get; }

    /// <summary>The version that was agreed on; null before that.</summary>
    public string? Version => _server.NegotiatedProtocolVersion;

    /// <summary>Cancels what is under way, ends the server and waits for both.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }
        await _ending.CancelAsync();
        await Transport.DisposeAsync();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
    }
}
