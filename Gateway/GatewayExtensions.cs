using System.Diagnostics.Metrics;
using ApeTest.Gateway.Configuration;
using ApeTest.Gateway.Forwarding;
using ApeTest.Targets.Policy;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace ApeTest.Gateway;

/// <summary>The gateway as a library: one call to add it, one to map <c>/{target}/{**path}</c>.</summary>
public static class GatewayExtensions
{
    /// <summary>The gateway file where none is named.</summary>
    public const string DefaultPath = "ape.mcp-gateway.json";

    /// <summary>
    /// Adds the gateway. A missing, malformed or invalid file throws <see cref="Scenarios.ApeTestException"/> (exit 2) with every error.
    /// </summary>
    public static WebApplicationBuilder AddGateway(this WebApplicationBuilder builder, GatewayOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        var file = options.File ?? GatewayFileLoader.Load(options.ConfigPath ?? DefaultPath);
        // Compiled once here, so that what is wrong is told before anything listens.
        _ = new TargetPolicy(file);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new GatewayTargets(
            file, new TargetMetrics(services.GetRequiredService<IMeterFactory>()), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<AccessLog>();
        builder.Services.AddSingleton<GatewayForwarder>();
        builder.Services.AddHttpForwarder();
        // A target that fails is a line of the access log; YARP would add a warning with a stack trace to each.
        builder.Logging.AddFilter("Yarp.ReverseProxy", LogLevel.Error);
        return builder;
    }

    /// <summary>Maps the proxy: <c>/{target}/{**path}</c>, any method.</summary>
    public static WebApplication MapGateway(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var forwarder = app.Services.GetRequiredService<GatewayForwarder>();
        app.Map("/{target}/{**path}", forwarder.ForwardAsync);
        return app;
    }
}
