using Aspire.Hosting.ApplicationModel;

namespace ApeTest.AppHost.Composition;

/// <summary>The resources of the stack.</summary>
/// <param name="Shop">The target.</param>
/// <param name="Gateway">The gateway.</param>
/// <param name="LlmProxy">The LLM proxy.</param>
internal sealed record Stack(IResourceBuilder<ProjectResource> Shop, IResourceBuilder<ProjectResource> Gateway, IResourceBuilder<ProjectResource> LlmProxy)
{
    /// <summary>Agent processes.</summary>
    public int Workers { get; init; } = 1;

    /// <summary>The agents; null where there is no queue to take runs from.</summary>
    public IResourceBuilder<ProjectResource>? Agent { get; init; }

    /// <summary>The collector; null where there is no queue.</summary>
    public IResourceBuilder<ProjectResource>? Collector { get; init; }

    /// <summary>Prometheus, which needs the service token to scrape; null where nothing observes.</summary>
    public IResourceBuilder<ContainerResource>? Prometheus { get; init; }

    /// <summary>The services that are there, with the ports that they listen on in a container.</summary>
    public IEnumerable<(IResourceBuilder<ProjectResource> Service, int Port)> Services()
    {
        yield return (Shop, ServiceDefaults.Hosting.DefaultPorts.Shop);
        yield return (Gateway, ServiceDefaults.Hosting.DefaultPorts.Gateway);
        yield return (LlmProxy, ServiceDefaults.Hosting.DefaultPorts.LlmProxy);
        if (Collector is not null)
        {
            yield return (Collector, ServiceDefaults.Hosting.DefaultPorts.Collector);
        }
        if (Agent is not null)
        {
            yield return (Agent, ServiceDefaults.Hosting.DefaultPorts.Agent);
        }
    }
}
