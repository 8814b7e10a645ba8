using ApeTest.Observability.Collecting;
using ApeTest.Observability.ControlApi;
using ApeTest.Observability.Dashboard;
using Microsoft.AspNetCore.Builder;

namespace ApeTest.Observability;

/// <summary>The collector as a library: merges runs, writes their directories, serves the control API.</summary>
public static class CollectorExtensions
{
    /// <summary>Adds the collector. Call after <c>AddServiceDefaults</c>; needs an <c>IRunQueue</c> in the container.</summary>
    public static WebApplicationBuilder AddCollector(this WebApplicationBuilder builder, CollectorOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton<RunCollector>();
        builder.Services.AddSingleton<CollectorMetrics>();
        builder.Services.AddSingleton<Lookup>();
        builder.Services.AddSingleton<ServiceRelay>();
        builder.Services.AddSingleton<LogLines>();
        builder.Services.AddSingleton<DashboardKeys>();
        builder.Services.AddSingleton<PageRenderer>();
        builder.Services.AddSingleton<Broadcasts>();
        return builder;
    }

    /// <summary>Maps the control API (DESIGN 14.5). Call after <c>MapServiceDefaults</c>.</summary>
    public static WebApplication MapCollector(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // Observed from now on, whoever asks.
        app.Services.GetRequiredService<CollectorMetrics>();
        app.MapControlApi();
        app.MapDashboard();
        return app;
    }
}
