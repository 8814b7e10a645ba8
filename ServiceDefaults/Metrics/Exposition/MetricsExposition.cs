using ApeTest.ServiceDefaults.Guard;
using ApeTest.ServiceDefaults.Metrics.Exposition;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults;

/// <summary><c>/metrics</c> by our own text exposition.</summary>
public static partial class ServiceDefaultsExtensions
{
    static partial void AddMetricsExposition(WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MetricsRegistry>();
    }

    static partial void MapMetricsExposition(WebApplication app)
    {
        // Created now, before the server starts: what is measured earlier than it listens is lost.
        var registry = app.Services.GetRequiredService<MetricsRegistry>();
        app.MapGet("/metrics", () => TypedResults.Text(PrometheusText.Write(registry.Collect()), PrometheusText.ContentType))
            .WithMetadata(BearerToken.Instance).ExcludeFromDescription();
    }
}
