using ApeTest.ServiceDefaults.Metrics;
using ApeTest.ServiceDefaults.Metrics.Collection;
using ApeTest.ServiceDefaults.Metrics.Exposition;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults;

/// <summary><c>/metrics</c> by our own text exposition.</summary>
public static partial class ServiceDefaultsExtensions
{
    static partial void AddMetricsExposition(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SeriesFactory>(services =>
        {
            var time = services.GetRequiredService<TimeProvider>();
            return (family, labels) => new TextSeries(family, labels, time);
        });
    }

    static partial void MapMetricsExposition(WebApplication app)
    {
        var registry = app.Services.GetRequiredService<MetricsRegistry>();
        app.MapGet(MetricsEndpoint.Path, (HttpContext context) =>
        {
            var format = ExpositionFormats.Choose(context.Request.Headers.Accept);
            return TypedResults.Text(ExpositionText.Write(registry, format), format.ContentType());
        }).AsMetrics(app.Services);
    }
}
