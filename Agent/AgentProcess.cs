using ApeTest.Agent.Workers;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Queue.Postgres;
using ApeTest.Scenarios;
using ApeTest.ServiceDefaults;
using ApeTest.ServiceDefaults.Guard;
using ApeTest.ServiceDefaults.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ApeTest.Agent;

/// <summary>A worker as a process of its own: health and metrics on 127.0.0.1:5400 unless <c>--urls</c> says otherwise; runs come from the queue in APETEST_QUEUE.</summary>
public static class AgentProcess
{
    /// <summary>Runs until it is told to end (SIGTERM, Ctrl+C). Exit code: 0 done, 2 its settings, 3 its database or its address.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var builder = WebApplication.CreateSlimBuilder(args);
            if (string.IsNullOrEmpty(builder.Configuration["urls"]))
            {
                builder.WebHost.UseUrls(ServiceUrls.Loopback(DefaultPorts.Agent));
            }
            var choice = QueueConnection.OfService(Environment.GetEnvironmentVariable(EnvironmentNames.Queue), "agent");
            var options = AgentOptions.FromEnvironment(Environment.GetEnvironmentVariable);
            var logs = Environment.GetEnvironmentVariable(EnvironmentNames.AgentLogs);
            var isChild = Environment.GetEnvironmentVariable(EnvironmentNames.AgentParent) is { Length: > 0 };
            builder.AddServiceDefaults(new ServiceOptions
            {
                Service = "agent", LogDirectory = logs, LogName = $"agent-{options.WorkerName}", ConsoleLogs = logs is null, Run = options.OnlyRun,
                // As the services of the command that started it, whose token is drawn for the run.
                MetricsNeedToken = !isChild,
            });
            PostgresRunQueue? queue = null;
            builder.Services.AddSingleton<IRunQueue>(_ => queue!);
            builder.AddAgents(options);
            builder.Services.AddHostedService<SecondSignal>();
            if (isChild)
            {
                builder.Services.AddHostedService<ParentWatch>();
            }
            var app = builder.Build();
            app.MapServiceDefaults();
            queue = await OpenAsync(choice, app.Services);
            (queue.OnlyRun, queue.SharesEvenly) = (options.OnlyRun, options.SharesBlocks);
            return await app.RunServiceAsync("agent");
        }
        catch (Exception exception) when (exception is ApeTestException or ServiceStartException)
        {
            await Console.Error.WriteLineAsync($"agent: {exception.Message} {(exception as ApeTestException)?.Hint}".TrimEnd());
            return (exception as ApeTestException)?.ExitCode ?? ExitCodes.Input;
        }
    }

    private static Task<PostgresRunQueue> OpenAsync(QueueConnection connection, IServiceProvider services) => PostgresRunQueue.OpenAsync(
        connection, services.GetRequiredService<ServiceToken>().Value, services.GetRequiredService<TimeProvider>(),
        services.GetRequiredService<ILogger<PostgresRunQueue>>(), CancellationToken.None);
}
