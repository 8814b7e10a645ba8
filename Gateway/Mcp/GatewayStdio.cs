using ApeTest.Gateway.Mcp.Catalog;
using ApeTest.Gateway.Mcp.Http;
using ApeTest.Gateway.Mcp.Sessions;
using ApeTest.Gateway.Mcp.Stdio;
using ApeTest.ServiceDefaults;
using Microsoft.AspNetCore.Hosting.Server;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace ApeTest.Gateway.Mcp;

/// <summary>The MCP server over standard input and output, for clients that start it as a process of their own. Nothing listens.</summary>
public static class GatewayStdio
{
    /// <summary>
    /// Serves one client, with one session, until its input ends and what it asked for is answered. An invalid gateway file throws <see cref="Scenarios.ApeTestException"/>.
    /// </summary>
    /// <param name="options">The targets.</param>
    /// <param name="input">One JSON-RPC message a line, at most 4 MB each.</param>
    /// <param name="output">The same; nothing else is written to it. Logs go to standard error.</param>
    /// <param name="time">Clock.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task RunAsync(GatewayOptions options, Stream input, Stream output, TimeProvider time, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(time);
        builder.AddServiceDefaults(new ServiceOptions { Service = "gateway", StandardErrorLogs = true, Guard = false });
        builder.AddGateway(options);
        builder.Services.AddSingleton<IServer, NoServer>();
        await using var app = builder.Build();
        // Started for what watches the gateway file, and for telemetry.
        await app.StartAsync(cancellationToken);
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, app.Lifetime.ApplicationStopping);
        await ServeAsync(app.Services, input, output, over.Token);
        await app.StopAsync(CancellationToken.None);
    }

    private static async Task ServeAsync(IServiceProvider services, Stream input, Stream output, CancellationToken cancellationToken)
    {
        var tools = services.GetRequiredService<McpTools>();
        var loggers = services.GetRequiredService<ILoggerFactory>();
        var session = services.GetRequiredService<McpServers>().ForSession(new ClientState(SessionId.Create()));
        using var lines = new LineWriter(output);
        // A subscription would wait for changes for ever; calls get their answers.
        var subscriptions = services.GetRequiredService<ToolSubscriptions>();
        await using var transport = new StdioTransport(new LineLimitStream(input, MessageReader.MostBytes, subscriptions.End), lines, loggers);
        await using var server = McpServer.Create(transport, session, loggers);
        void OnChanged() => _ = TellAsync(server);
        tools.Changed += OnChanged;
        try
        {
            await server.RunAsync(cancellationToken);
        }
        finally
        {
            tools.Changed -= OnChanged;
        }
    }

    private static async Task TellAsync(McpServer server)
    {
        if (server.NegotiatedProtocolVersion == ProtocolVersions.Sessionless)
        {
            // Its clients subscribe.
            return;
        }
        try
        {
            await server.SendNotificationAsync(NotificationMethods.ToolListChangedNotification);
        }
        catch (IOException)
        {
            // The client has gone; the end of its input says so too.
        }
    }
}
