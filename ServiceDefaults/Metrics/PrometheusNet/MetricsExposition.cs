using ApeTest.ServiceDefaults.Metrics;
using ApeTest.ServiceDefaults.Metrics.Collection;
using ApeTest.ServiceDefaults.Metrics.PrometheusNet;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Prometheus;

namespace ApeTest.ServiceDefaults;

/// <summary><c>/metrics</c> by prometheus-net.</summary>
public static partial class ServiceDefaultsExtensions
{
    static partial void AddMetricsExposition(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PrometheusRegistry>();
        builder.Services.AddSingleton<SeriesFactory>(services => services.GetRequiredService<PrometheusRegistry>().Create);
    }

    static partial void MapMetricsExposition(WebApplication app)
    {
        var collectors = app.Services.GetRequiredService<PrometheusRegistry>().Collectors;
        collectors.AddBeforeCollectCallback(app.Services.GetRequiredService<MetricsRegistry>().Observe);
        app.MapMetrics(settings => settings.Registry = collectors, MetricsEndpoint.Path)
            // The library maps every method.
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get]))
            .AsMetrics(app.Services);
    }
}
