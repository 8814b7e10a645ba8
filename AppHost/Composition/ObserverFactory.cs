using ApeTest.AppHost.Files;
using ApeTest.ServiceDefaults.Hosting;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ApeTest.AppHost.Composition;

/// <summary>Prometheus, Loki and Grafana, with the files of <c>deploy/config</c>.</summary>
internal sealed class ObserverFactory(IDistributedApplicationBuilder builder, StackParameters parameters)
{
    private const int Nobody = 65534;
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private StackFolder Folder => parameters.Folder;

    private bool IsPublishing => builder.ExecutionContext.IsPublishMode;

    /// <summary>Adds all three, and has the services send their log lines to Loki. Returns Prometheus.</summary>
    public IResourceBuilder<ContainerResource> Add(Stack stack)
    {
        var prometheus = Prometheus(stack);
        var loki = builder.AddContainer("loki", StackImage.Loki.Name, StackImage.Loki.Tag)
            .WithHttpEndpoint(targetPort: 3100, name: ServiceFactory.Http)
            .WithHttpHealthCheck("/ready", endpointName: ServiceFactory.Http)
            .WithArgs("-config.file=/etc/loki/loki.yaml")
            .WithContainerFiles("/etc/loki", [FileOf("loki.yaml", Folder.Deployed("loki.yaml"))]);
        if (IsPublishing)
        {
            // Here each start has a store of its own.
            prometheus.WithVolume("prometheus", "/prometheus");
            loki.WithVolume("loki", "/loki");
        }
        foreach (var (service, _) in stack.Services())
        {
            service.WithEnvironment(EnvironmentNames.Loki, loki.GetEndpoint(ServiceFactory.Http));
        }
        // Its data sources are http://prometheus:9090 and http://loki:3100: a container's name is its resource's.
        builder.AddContainer("grafana", StackImage.Grafana.Name, StackImage.Grafana.Tag)
            .WithHttpEndpoint(targetPort: 3000, name: ServiceFactory.Http)
            .WithHttpHealthCheck("/api/health", endpointName: ServiceFactory.Http)
            .WithEnvironment("GF_SECURITY_ADMIN_PASSWORD", parameters.Drawn("grafana-password", "Password of Grafana's user admin."))
            .WithEnvironment("GF_ANALYTICS_REPORTING_ENABLED", "false")
            .WithEnvironment("GF_ANALYTICS_CHECK_FOR_UPDATES", "false")
            .WithEnvironment("GF_USERS_ALLOW_SIGN_UP", "false")
            .WithContainerFiles("/etc/grafana/provisioning/datasources", [FileOf("ape.yaml", Folder.Deployed("grafana-datasources.yaml"))])
            .WithContainerFiles("/etc/grafana/provisioning/dashboards", [FileOf("ape.yaml", Folder.Deployed("grafana", "provisioning", "dashboards.yaml"))])
            .WithContainerFiles("/etc/grafana/dashboards", FilesOf(Folder.Deployed("grafana", "dashboards")))
            .WaitFor(prometheus)
            .WaitFor(loki);
        return prometheus;
    }

    private IResourceBuilder<ContainerResource> Prometheus(Stack stack)
    {
        var prometheus = builder.AddContainer("prometheus", StackImage.Prometheus.Name, StackImage.Prometheus.Tag)
            .WithHttpEndpoint(targetPort: 9090, name: ServiceFactory.Http)
            .WithHttpHealthCheck("/-/ready", endpointName: ServiceFactory.Http)
            .WithArgs(
                "--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus", "--storage.tsdb.retention.time=15d", "--storage.tsdb.retention.size=5GB",
                "--enable-feature=exemplar-storage")
            .WithContainerFiles("/etc/prometheus/rules", FilesOf(Folder.Deployed("prometheus", "rules")));
        if (IsPublishing)
        {
            return prometheus.WithContainerFiles("/etc/prometheus", [FileOf("prometheus.yml", Folder.Deployed("prometheus.yml"))]);
        }
        // The shop's /metrics need no scrape in deploy/ either.
        var scraped = stack.Services().Where(service => service.Service.Resource != stack.Shop.Resource)
            .ToDictionary(static service => service.Service.Resource.Name, static service => service.Service.GetEndpoint(ServiceFactory.Http));
        foreach (var endpoint in scraped.Values)
        {
            // A container reaches a process of this machine through Aspire's tunnel, which is laid for what it refers to.
            prometheus.WithReference(endpoint);
        }
        return prometheus
            .WithContainerFiles("/etc/prometheus", (context, cancellationToken) => ScrapedAsync(context, scraped, cancellationToken))
            .WithContainerFiles("/run/secrets", [Secret("service_token", Folder.Secret("service-token"))]);
    }

    private async Task<IEnumerable<ContainerFileSystemItem>> ScrapedAsync(
        ContainerFileSystemCallbackContext context, Dictionary<string, EndpointReference> services, CancellationToken cancellationToken)
    {
        var seen = new ValueProviderContext { Caller = context.Model, Network = KnownNetworkIdentifiers.DefaultAspireContainerNetwork };
        var addresses = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, endpoint) in services)
        {
            if (await endpoint.Property(EndpointProperty.HostAndPort).GetValueAsync(seen, cancellationToken) is { } address)
            {
                addresses[name] = address;
            }
        }
        var deployed = await File.ReadAllTextAsync(Folder.Deployed("prometheus.yml"), cancellationToken);
        return [new ContainerFile { Name = "prometheus.yml", Contents = ScrapeFile.Of(deployed, addresses), Mode = Readable }];
    }

    private static IEnumerable<ContainerFileSystemItem> FilesOf(string folder) =>
        Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal).Select(static file => FileOf(Path.GetFileName(file), file));

    private static ContainerFile FileOf(string name, string source) => new() { Name = name, SourcePath = source, Mode = Readable };

    // Prometheus is nobody in its image.
    private static ContainerFile Secret(string name, string source) => new() { Name = name, SourcePath = source, Owner = Nobody, Mode = UnixFileMode.UserRead };
}
