using ApeTest.ServiceDefaults.Guard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace ApeTest.ServiceDefaults.Metrics;

/// <summary>What <c>/metrics</c> is in every build, whoever writes it.</summary>
internal static class MetricsEndpoint
{
    public const string Path = "/metrics";

    /// <summary>Who is let in, and that the answer depends on what the client accepts.</summary>
    public static void AsMetrics(this IEndpointConventionBuilder endpoint, IServiceProvider services)
    {
        endpoint.WithMetadata(BearerToken.Instance).ExcludeFromDescription();
        if (!services.GetRequiredService<ServiceOptions>().MetricsNeedToken)
        {
            endpoint.WithMetadata(TokenExempt.Instance);
        }

        // Last, so that it is around what the endpoint became.
        endpoint.Finally(static built =>
        {
            var answer = built.RequestDelegate!;
            built.RequestDelegate = context =>
            {
                context.Response.Headers.Vary = "Accept";
                return answer(context);
            };
        });
    }
}
