using ApeTest.ServiceDefaults.Guard;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ApeTest.ServiceDefaults.Health;

/// <summary><c>/health/live</c>: the process answers. <c>/health/ready</c>: every ready gate is open and every registered <c>IHealthCheck</c> passes.</summary>
public static class ServiceHealth
{
    /// <summary>Adds a closed gate: the service is not ready until it is opened.</summary>
    public static ReadyGate AddReadyGate(this WebApplicationBuilder builder, string name, string closedBecause = "starting")
    {
        ArgumentNullException.ThrowIfNull(builder);
        var gate = new ReadyGate(name, closedBecause);
        builder.Services.AddSingleton(gate);
        return gate;
    }

    internal static void MapServiceHealth(this IEndpointRouteBuilder app, string service)
    {
        app.MapGet("/health/live", () => TypedResults.Json(new { status = "live", service }))
            .WithMetadata(TokenExempt.Instance).ExcludeFromDescription();
        app.MapGet("/health/ready", (HealthCheckService health, IEnumerable<ReadyGate> gates, CancellationToken cancellationToken) =>
            ReadyAsync(service, health, gates, cancellationToken))
            .WithMetadata(TokenExempt.Instance).ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(
        string service, HealthCheckService health, IEnumerable<ReadyGate> gates, CancellationToken cancellationToken)
    {
        var report = await health.CheckHealthAsync(cancellationToken);
        var checks = gates
            .Select(gate => new { name = gate.Name, ok = gate.Reason is null, reason = gate.Reason })
            .Concat(report.Entries.Select(entry => new
            {
                name = entry.Key,
                ok = entry.Value.Status != HealthStatus.Unhealthy,
                reason = entry.Value.Status == HealthStatus.Healthy ? null : entry.Value.Description ?? entry.Value.Exception?.Message,
            }))
            .ToArray();
        var ready = Array.TrueForAll(checks, check => check.ok);
        return TypedResults.Json(
            new { status = ready ? "ready" : "not_ready", service, checks },
            statusCode: ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable);
    }
}
