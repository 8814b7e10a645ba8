using ApeTest.ServiceDefaults.Guard;
using ApeTest.ServiceDefaults.Health;
using ApeTest.ServiceDefaults.Hosting;
using ApeTest.ServiceDefaults.Identity;
using ApeTest.ServiceDefaults.Logging;
using ApeTest.ServiceDefaults.Metrics;
using ApeTest.ServiceDefaults.Metrics.Collection;
using ApeTest.ServiceDefaults.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Serilog;

namespace ApeTest.ServiceDefaults;

/// <summary>
/// What every service has in common: logs, metrics, traces, health, guard, server limits. May be called for several hosts in one
/// process; each host has its own log file, metrics, health and token.
/// </summary>
public static partial class ServiceDefaultsExtensions
{
    /// <summary>Adds the common services. Call first, before the service's own <c>AddX</c>.</summary>
    /// <exception cref="ServiceStartException">The token file or the log directory cannot be used.</exception>
    public static WebApplicationBuilder AddServiceDefaults(this WebApplicationBuilder builder, ServiceOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.Services.AddSingleton(options);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(ServiceToken.Load(options, builder.Configuration[EnvironmentNames.TokenFile]));
        builder.Services.AddMetrics();
        builder.Services.AddSingleton<RecordsDropped>();
        builder.Services.AddHealthChecks();
        builder.AddServiceLogging(options, (serilog, dropped) => ShipLogs(serilog, builder.Configuration, options, dropped));
        builder.AddOtlp(options);
        AddLogShipping(builder, options);
        builder.Services.AddSingleton<MetricsRegistry>();
        builder.Services.AddSingleton<ProcessMetrics>();
        AddMetricsExposition(builder);
        if (options.Guard)
        {
            builder.Services.AddHostedService<BindingCheck>();
        }

        // In-flight work gets 5 s at the end; a service that drains longer sets HostOptions itself.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // Longer than any usual think time, so that a thinking agent keeps its connection.
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(3);
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
        });
        return builder;
    }

    /// <summary>
    /// Puts identity and guard in front of the service and maps <c>/metrics</c>, <c>/health/live</c> and <c>/health/ready</c>.
    /// Call before the service's own <c>MapX</c>.
    /// </summary>
    public static WebApplication MapServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var options = app.Services.GetRequiredService<ServiceOptions>();
        app.UseOtlp();
        app.UseMiddleware<RequestIdentityMiddleware>();
        if (options.Guard)
        {
            app.UseMiddleware<GuardMiddleware>();
        }

        // Created now, before the server starts: what is measured earlier than it listens is lost.
        _ = app.Services.GetRequiredService<MetricsRegistry>();
        app.Services.GetRequiredService<RecordsDropped>().ShowStreams();
        _ = app.Services.GetRequiredService<ProcessMetrics>();
        MapMetricsExposition(app);
        app.MapServiceHealth(options.Service);
        return app;
    }

    /// <summary>Seam, Metrics/: registers the <see cref="SeriesFactory"/> and what else <c>/metrics</c> needs.</summary>
    static partial void AddMetricsExposition(WebApplicationBuilder builder);

    /// <summary>Seam, Metrics/: maps <c>/metrics</c>.</summary>
    static partial void MapMetricsExposition(WebApplication app);

    /// <summary>Seam, Logging/: ships logs to Loki through the logging pipeline.</summary>
    static partial void AddLogShipping(WebApplicationBuilder builder, ServiceOptions options);

    /// <summary>Seam, Logging/: ships logs to Loki through a Serilog sink.</summary>
    static partial void ShipLogs(LoggerConfiguration serilog, IConfiguration configuration, ServiceOptions options, RecordsDropped dropped);
}
