using ApeTest.Agent.Brains;
using ApeTest.Agent.Sessions;
using ApeTest.Agent.Workers;
using ApeTest.Runs.Queue;
using ApeTest.ServiceDefaults.Guard;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace ApeTest.Agent;

/// <summary>Puts an agent worker into a host.</summary>
public static class AgentExtensions
{
    /// <summary>Name of the activity source, for trace exporters.</summary>
    public const string ActivitySourceName = SessionTrace.SourceName;

    /// <summary>
    /// Adds the worker, which runs as long as the host does: it claims blocks from the container's <see cref="IRunQueue"/> and drains when
    /// the host stops. Call after <c>AddServiceDefaults</c>; the queue is the caller's to add.
    /// </summary>
    public static WebApplicationBuilder AddAgents(this WebApplicationBuilder builder, AgentOptions options)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(options);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services =>
        {
            options.Token ??= services.GetService<ServiceToken>()?.Value;
            return options;
        });
        builder.Services.AddSingleton<AgentMetrics>();
        if (options.LlmProxyUrl is { } proxy)
        {
            builder.Services.AddSingleton(services => new ChatConnection(proxy, options.ProxyKey ?? services.GetService<ServiceToken>()?.Value, options.MaxConnections));
        }
        builder.Services.AddSingleton(services => new BrainFactory(services.GetService<ChatConnection>(), services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<AgentWorker>();
        builder.Services.AddHostedService(static services => services.GetRequiredService<AgentWorker>());
        // The drain, and time to report its last batches.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = options.ShutdownDrain + TimeSpan.FromSeconds(5));
        return builder;
    }
}
