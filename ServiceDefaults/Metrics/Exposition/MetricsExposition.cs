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
        builder.Services.AddSingleton<ProcessMetrics>();
    }

    static partial void MapMetricsExposition(WebApplication app)
    {
        // Created now, before the server starts: what is measured earlier than it listens is lost.
        var registry = app.Services.GetRequiredService<MetricsRegistry>();
        _ = app.Services.GetRequiredService<ProcessMetrics>();
        var metrics = app.MapGet("/metrics", (HttpContext context) =>
        {
            var format = ExpositionFormats.Choose(context.Request.Headers.Accept);
            context.Response.Headers.Vary = "Accept";
            return TypedResults.Text(ExpositionText.Write(registry.Collect(), format), format.ContentType());
        });
        metrics.WithMetadata(BearerToken.Instance).ExcludeFromDescription();
        if (!app.Services.GetRequiredService<ServiceOptions>().MetricsNeedToken)
        {
            metrics.WithMetadata(TokenExempt.Instance);
        }
    }
}
