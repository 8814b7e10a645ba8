using ApeTest.AppHost.Commands;
using ApeTest.AppHost.Files;
using ApeTest.AppHost.Options;
using ApeTest.AppHost.Publishing;
using ApeTest.Hosting;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ApeTest.AppHost.Composition;

/// <summary>The composition root: the services that the compose file and the CLI's embedded host compose too, as Aspire resources.</summary>
internal static class StackBuilderExtensions
{
    /// <summary>Adds all resources. Returns what is wrong with the flags and parameters; null for nothing.</summary>
    public static string? AddApeTestServices(this IDistributedApplicationBuilder builder, AppHostOptions options)
    {
        var isPublishing = builder.ExecutionContext.IsPublishMode;
        var folder = new StackFolder(builder.AppHostDirectory);
        var parameters = new StackParameters(builder, folder);
        if (parameters.Workers is not { } workers)
        {
            return $"the parameter workers is '{parameters.WorkersText}', and must be a whole number from 1";
        }

        // 1. Where workers and collector take their runs from. Without it a run is in one process: there is no queue in memory across several.
        var queue = RunQueue.Of(builder, options, parameters);
        if (queue is null && isPublishing)
        {
            return "what is published needs a run queue: leave --no-containers out, or name a PostgreSQL server in APETEST_QUEUE";
        }

        // 2. The services.
        var services = new ServiceFactory(builder, isPublishing ? "/run/secrets/service_token" : TokenFile(folder));
        var shop = services.Shop();
        var gateway = services.Gateway(shop, folder);
        var llmProxy = services.LlmProxy(parameters);
        var stack = new Stack(shop, gateway, llmProxy) { Workers = workers };
        if (queue is not null)
        {
            stack = stack with
            {
                Collector = services.Collector(stack, queue, isPublishing ? null : folder.Runs),
                Agent = services.Agent(stack, queue, workers),
            };
            services.ShipLogs(stack);
        }
        if (options.Ollama)
        {
            llmProxy.UseOllama(builder, parameters);
        }

        // 3. Who watches them. A cluster has its own.
        if (options.Containers && !(isPublishing && options.PublishTo == PublishTarget.Kubernetes))
        {
            stack = stack with { Prometheus = new ObserverFactory(builder, parameters).Add(stack) };
        }

        // 4. Runs that are started from the dashboard.
        var run = AddRun(builder, parameters, stack);
        if (stack is { Agent: { } agent, Collector: { } collector })
        {
            run.WithStack(collector.GetEndpoint(ServiceFactory.Http), TokenFile(folder)).WaitFor(agent).WaitFor(collector);
            agent.WithRunCommands(new RunControl(collector.GetEndpoint(ServiceFactory.Http), TokenFile(folder)), run, parameters.Agents);
        }

        // 5. What is made of it elsewhere.
        if (isPublishing)
        {
            builder.PublishStack(options.PublishTo, stack, folder);
        }
        return null;
    }

    private static string TokenFile(StackFolder folder)
    {
        var file = folder.Secret("service-token");
        _ = LocalSecret.Of(file);
        return file;
    }

    private static IResourceBuilder<ApeTestResource> AddRun(IDistributedApplicationBuilder builder, StackParameters parameters, Stack stack)
    {
        var run = builder.AddApeTest("run", parameters.Folder.Launcher, parameters.Folder.Root)
            .WithTarget(stack.Shop)
            .WithOpenApi("/openapi/v1.json")
            .WithGoal(parameters.Goal)
            .WithModel(parameters.Model)
            .WithAgents(parameters.Agents)
            .WithExplicitStart();
        // In one process the command has the proxy inside, and the key is its own business.
        return stack.Collector is null ? run.WithEnvironment("CEREBRAS_API_KEY", parameters.CerebrasKey) : run;
    }
}
