using ApeTest.AppHost.Composition;
using ApeTest.ServiceDefaults.Hosting;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Kubernetes;
using Aspire.Hosting.Kubernetes.Resources;

namespace ApeTest.AppHost.Publishing;

/// <summary>
/// A Helm chart: what the publisher does not make of the model by itself. The service token is in a secret <c>apetest</c> that is there before, so that no chart
/// holds it. <c>deploy/kubernetes</c> is the hardened base: policies, quotas, scaling.
/// </summary>
internal static class KubernetesPublishing
{
    private const string SecretName = "apetest";
    private const string Secrets = "apetest-secrets";
    private const string Files = "gateway-files";
    private const string Data = "data";

    // Longer than the drain of an agent's sessions.
    private const long Grace = 40;

    public static void Add(IDistributedApplicationBuilder builder, Stack stack, string gatewayFile)
    {
        builder.AddKubernetesEnvironment("kubernetes").WithDashboard(dashboard => Export(stack, dashboard.Resource.OtlpGrpcEndpoint));
        foreach (var (resource, port) in stack.Services())
        {
            resource.PublishAsKubernetesService(service =>
            {
                Mount(service, new VolumeV1 { Name = Secrets, Secret = new SecretVolumeSourceV1 { SecretName = SecretName } }, PublishedFiles.SecretFolder, isReadOnly: true);
                // Nobody of ours talks to the cluster; and where /var/run is a link to /run, its token would have to be mounted inside our folder of secrets.
                Pod(service).AutomountServiceAccountToken = false;
                foreach (var container in Pod(service).Containers)
                {
                    container.ReadinessProbe = Probe("/health/ready", port);
                    container.LivenessProbe = Probe("/health/live", port);
                }
            });
        }
        stack.Gateway.PublishAsKubernetesService(service =>
        {
            service.AdditionalResources.Add(new ConfigMap { Metadata = { Name = Files }, Data = { [PublishedFiles.GatewayFileName] = gatewayFile } });
            Mount(service, new VolumeV1 { Name = Files, ConfigMap = new ConfigMapVolumeSourceV1 { Name = Files } }, PublishedFiles.ConfigFolder, isReadOnly: true);
        });
        stack.Agent?.PublishAsKubernetesService(service => Pod(service).TerminationGracePeriodSeconds = Grace);
        // A run's directory goes with the pod.
        stack.Collector?.PublishAsKubernetesService(service =>
            Mount(service, new VolumeV1 { Name = Data, EmptyDir = new EmptyDirVolumeSourceV1() }, PublishedFiles.Data, isReadOnly: false));
    }

    /// <summary>
    /// As the publisher itself says it. But it says so to a service when the service's turn comes, and has read by then what those before it refer to: of
    /// services that refer to each other, some would not export.
    /// </summary>
    private static void Export(Stack stack, EndpointReference dashboard)
    {
        foreach (var (service, _) in stack.Services())
        {
            service.WithEnvironment(EnvironmentNames.OtlpEndpoint, dashboard)
                .WithEnvironment("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")
                .WithEnvironment("OTEL_SERVICE_NAME", service.Resource.Name);
        }
    }

    private static void Mount(KubernetesResource service, VolumeV1 volume, string path, bool isReadOnly)
    {
        var pod = Pod(service);
        pod.Volumes.Add(volume);
        foreach (var container in pod.Containers)
        {
            container.VolumeMounts.Add(new VolumeMountV1 { Name = volume.Name, MountPath = path, ReadOnly = isReadOnly });
        }
    }

    private static ProbeV1 Probe(string path, int port) => new() { HttpGet = new HttpGetActionV1 { Path = path, Port = port, Scheme = "HTTP" }, PeriodSeconds = 10, TimeoutSeconds = 5 };

    private static PodSpecV1 Pod(KubernetesResource service) =>
        service.Workload?.PodTemplate.Spec ?? throw new InvalidOperationException($"The service {service.Name} has no pod.");
}
