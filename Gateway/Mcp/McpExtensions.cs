using ApeTest.Gateway.Mcp.Calls;
using ApeTest.Gateway.Mcp.Catalog;
using ApeTest.Gateway.Mcp.Http;
using ApeTest.Gateway.Mcp.Sessions;
using ApeTest.ServiceDefaults.Guard;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ApeTest.Gateway.Mcp;

/// <summary>The MCP server of the gateway: one call to add it, one to map <c>/mcp</c>.</summary>
internal static class McpExtensions
{
    /// <summary>Where it listens.</summary>
    public const string Path = "/mcp";

    /// <summary>Adds the MCP server over the gateway's targets.</summary>
    public static WebApplicationBuilder AddGatewayMcp(this WebApplicationBuilder builder, GatewayOptions options)
    {
        var directory = options.File is null ? System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(options.ConfigPath ?? GatewayExtensions.DefaultPath)) : null;
        var services = builder.Services;
        services.TryAddSingleton(new McpLimits());
        services.AddSingleton<CurrentTransport>();
        services.AddSingleton(provider => new McpTools(
            provider.GetRequiredService<GatewayTargets>(),
            provider.GetRequiredService<CurrentTransport>(),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<McpTools>>(),
            directory ?? Environment.CurrentDirectory));
        services.AddSingleton<ToolCaller>();
        services.AddSingleton<SessionHandles>();
        services.AddSingleton<ToolSubscriptions>();
        services.AddSingleton<McpServers>();
        services.AddSingleton<HttpSessions>();
        services.AddSingleton<McpEndpoint>();
        // The SDK logs every message, and a client's mistakes as errors; what goes wrong on our side is logged by ToolCaller.
        builder.Logging.AddFilter("ModelContextProtocol", LogLevel.Critical);
        return builder;
    }

    /// <summary>Maps <c>/mcp</c>.</summary>
    public static WebApplication MapGatewayMcp(this WebApplication app)
    {
        app.Map(Path, app.Services.GetRequiredService<McpEndpoint>().HandleAsync).WithMetadata(BearerToken.Instance);
        return app;
    }
}
