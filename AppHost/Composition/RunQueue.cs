using ApeTest.AppHost.Files;
using ApeTest.AppHost.Options;
using ApeTest.ServiceDefaults.Hosting;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;

namespace ApeTest.AppHost.Composition;

/// <summary>The run queue: PostgreSQL in a container, or the server that <c>APETEST_QUEUE</c> names.</summary>
/// <param name="Url">What <c>APETEST_QUEUE</c> is for the services.</param>
/// <param name="Server">The container; null where the server is somebody else's.</param>
internal sealed record RunQueue(ReferenceExpression Url, IResourceBuilder<ContainerResource>? Server)
{
    private const string Endpoint = "tcp";
    private const string User = "ape";
    private const string Health = "apetest-queue";

    /// <summary>The queue; null where containers are not wanted and no server is named.</summary>
    public static RunQueue? Of(IDistributedApplicationBuilder builder, AppHostOptions options, StackParameters parameters)
    {
        if (builder.Configuration[EnvironmentNames.Queue] is { Length: > 0 } given && given != "memory")
        {
            // It may hold a password.
            var url = builder.AddParameter("queue", () => given, secret: true);
            return new RunQueue(ReferenceExpression.Create($"{url}"), null);
        }
        return options.Containers ? InContainer(builder, parameters) : null;
    }

    /// <summary>Tells a service of the queue, and has it wait for the server.</summary>
    public IResourceBuilder<ProjectResource> Give(IResourceBuilder<ProjectResource> service)
    {
        var told = service.WithEnvironment(EnvironmentNames.Queue, Url);
        return Server is null ? told : told.WaitFor(Server);
    }

    private static RunQueue InContainer(IDistributedApplicationBuilder builder, StackParameters parameters)
    {
        var password = parameters.Drawn("postgres-password", "Password of the run queue's database.");
        var server = builder.AddContainer("postgres", StackImage.Postgres.Name, StackImage.Postgres.Tag)
            .WithEndpoint(targetPort: NpgsqlConnection.DefaultPort, scheme: Endpoint, name: Endpoint)
            .WithEnvironment("POSTGRES_USER", User)
            .WithEnvironment("POSTGRES_DB", User)
            .WithEnvironment("POSTGRES_PASSWORD", password)
            .WithArgs("-c", "max_connections=200");
        var endpoint = server.GetEndpoint(Endpoint);
        if (builder.ExecutionContext.IsPublishMode)
        {
            // Here each start has a database of its own: the runs' results are in the collector's folder.
            server.WithVolume("postgres", "/var/lib/postgresql/data").WithEnvironment("PGDATA", "/var/lib/postgresql/data/cluster");
        }
        else
        {
            builder.Services.AddHealthChecks().AddAsyncCheck(Health, cancellationToken => CheckAsync(endpoint, password.Resource, cancellationToken));
            server.WithHealthCheck(Health);
        }
        return new RunQueue(
            ReferenceExpression.Create($"postgres://{User}:{password}@{endpoint.Property(EndpointProperty.Host)}:{endpoint.Property(EndpointProperty.Port)}/{User}"), server);
    }

    private static async Task<HealthCheckResult> CheckAsync(EndpointReference endpoint, ParameterResource password, CancellationToken cancellationToken)
    {
        try
        {
            var settings = new NpgsqlConnectionStringBuilder
            {
                Host = endpoint.Host, Port = endpoint.Port, Username = User, Database = User, Password = await password.GetValueAsync(cancellationToken), Pooling = false,
            };
            await using var connection = new NpgsqlConnection(settings.ConnectionString);
            await connection.OpenAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is NpgsqlException or InvalidOperationException)
        {
            // Not up yet, or not placed yet.
            return HealthCheckResult.Unhealthy(error.Message);
        }
    }
}
