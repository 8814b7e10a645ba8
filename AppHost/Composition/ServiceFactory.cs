using System.Globalization;
using ApeTest.ServiceDefaults.Hosting;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ApeTest.AppHost.Composition;

/// <summary>Adds the services, with the variables of DESIGN 14.5.</summary>
internal sealed class ServiceFactory(IDistributedApplicationBuilder builder, string tokenFile)
{
    /// <summary>Name of every service's endpoint.</summary>
    public const string Http = "http";

    private const string Ready = "/health/ready";

    // In the gateway file, which is the same wherever the shop is.
    private const string ShopUrl = "APETEST_SHOP_URL";

    private bool IsPublishing => builder.ExecutionContext.IsPublishMode;

    public IResourceBuilder<ProjectResource> Shop() => Add<Projects.Shop>("shop", DefaultPorts.Shop);

    public IResourceBuilder<ProjectResource> Gateway(IResourceBuilder<ProjectResource> shop, StackFolder folder) =>
        Add<Projects.Gateway>("gateway", DefaultPorts.Gateway)
            .WithEnvironment(EnvironmentNames.GatewayConfig, IsPublishing ? Publishing.PublishedFiles.GatewayFile : folder.GatewayFile)
            .WithEnvironment(ShopUrl, shop.GetEndpoint(Http))
            .WaitFor(shop);

    public IResourceBuilder<ProjectResource> LlmProxy(StackParameters parameters) =>
        Add<Projects.LlmProxy>("llm-proxy", DefaultPorts.LlmProxy)
            .WithEnvironment(EnvironmentNames.CerebrasApiKey, parameters.CerebrasKey);

    public IResourceBuilder<ProjectResource> Collector(Stack stack, RunQueue queue, string? runs)
    {
        var collector = queue.Give(Add<Projects.Collector>("collector", DefaultPorts.Collector))
            .WithEnvironment(EnvironmentNames.GatewayUrl, stack.Gateway.GetEndpoint(Http))
            .WithEnvironment(EnvironmentNames.LlmProxyUrl, stack.LlmProxy.GetEndpoint(Http));
        return runs is null ? collector.WithEnvironment(EnvironmentNames.CollectorRuns, Publishing.PublishedFiles.Runs) : collector.WithEnvironment(EnvironmentNames.CollectorRuns, runs);
    }

    public IResourceBuilder<ProjectResource> Agent(Stack stack, RunQueue queue, int workers) =>
        queue.Give(Add<Projects.Agent>("agent", DefaultPorts.Agent))
            .WithEnvironment(EnvironmentNames.GatewayUrl, stack.Gateway.GetEndpoint(Http))
            .WithEnvironment(EnvironmentNames.LlmProxyUrl, stack.LlmProxy.GetEndpoint(Http))
            .WithReplicas(workers)
            .WaitFor(stack.Gateway)
            .WaitFor(stack.LlmProxy);

    /// <summary>Has gateway, proxy and agents send their log lines to the collector, which is what <c>ape-test logs --stack</c> reads.</summary>
    public void ShipLogs(Stack stack)
    {
        foreach (var service in new[] { stack.Gateway, stack.LlmProxy, stack.Agent! })
        {
            service.WithEnvironment(EnvironmentNames.CollectorUrl, stack.Collector!.GetEndpoint(Http));
        }
    }

    private IResourceBuilder<ProjectResource> Add<TProject>(string name, int port)
        where TProject : IProjectMetadata, new()
    {
        // In a container a service listens on its own port. Here the port is a free one, and so is that of each further replica.
        var service = builder.AddProject<TProject>(name, static project => project.ExcludeLaunchProfile = true)
            .WithHttpEndpoint(targetPort: IsPublishing ? port : null, name: Http)
            .WithHttpHealthCheck(Ready, endpointName: Http)
            .WithEnvironment(EnvironmentNames.TokenFile, tokenFile);
        // Our services take their address from URLs; what the publishers set is HTTP_PORTS, which gives way to it.
        return IsPublishing ? service.WithEnvironment("ASPNETCORE_URLS", string.Create(CultureInfo.InvariantCulture, $"http://+:{port}")) : service;
    }
}
