using System.Diagnostics.Metrics;
using System.Net;
using System.Text;
using ApeTest.Gateway.Admin;
using ApeTest.Gateway.Forwarding;
using ApeTest.Gateway.Reload;
using ApeTest.Gateway.Mcp;
using ApeTest.ServiceDefaults.Guard;
using ApeTest.ServiceDefaults.Health;
using ApeTest.ServiceDefaults.Metrics;
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
        var source = options.File is null ? new GatewayFileSource(options.ConfigPath ?? DefaultPath, options.Environment) : null;
        var file = options.File ?? source!.First;
        // Compiled once here, so that what is wrong is told before anything listens.
        _ = new TargetPolicy(file);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<GatewayMetrics>();
        builder.Services.AddSingleton(services => new GatewayTargets(
            file,
            new TargetMetrics(services.GetRequiredService<IMeterFactory>()),
            services.GetRequiredService<TimeProvider>(),
            services.GetService<Func<string, CancellationToken, Task<IPAddress[]>>>()));
        if (source is not null)
        {
            builder.Services.AddSingleton(source);
            builder.Services.AddHostedService<GatewayReload>();
        }
        builder.AddReadyGate("config", "the gateway file is not loaded").Open();
        builder.Services.AddSingleton(static services => new AdminToken(services.GetRequiredService<ServiceToken>()));
        builder.Services.AddSingleton<AccessLog>();
        builder.Services.AddSingleton<GatewayForwarder>();
        builder.Services.AddHttpForwarder();
        builder.AddGatewayMcp(options);
        // Its own metrics say how many, how long and with what result, by target.
        builder.Services.Configure<UnaskedMeters>(static meters => meters.Names.Add("Microsoft.AspNetCore.Hosting"));
        builder.WebHost.ConfigureKestrel(static kestrel =>
        {
            // Bytes beyond ASCII in a header pass as they came, both ways (TargetConnector).
            kestrel.RequestHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
        });
        // Where hosting logs, it makes an Activity for each request; the access log has the request's own trace without one.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
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
        app.MapGatewayAdmin();
        app.MapGatewayMcp();
        return app;
    }
}
