using System.Globalization;
using ApeTest.AppHost.Composition;
using ApeTest.ServiceDefaults.Hosting;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;

namespace ApeTest.AppHost.Publishing;

/// <summary>Docker Compose: what the publisher does not make of the model by itself. The images are those of <c>ape-test images</c>, as in <c>deploy/compose.yaml</c>.</summary>
internal static class ComposePublishing
{
    private const string RunsVolume = "runs";
    private const string GatewayConfig = "gateway_file";

    // As in deploy/compose.yaml: a service waits by ending, until what it needs is there; and all are there again after the machine was off.
    private const string Restart = "unless-stopped";

    // The owner of the secret files, as in deploy/compose.yaml.
    private const string User = "${APE_UID:-10001}:${APE_GID:-10001}";

    public static void Add(IDistributedApplicationBuilder builder, Stack stack, string gatewayFile)
    {
        foreach (var container in builder.Resources.OfType<ContainerResource>().ToArray())
        {
            builder.CreateResourceBuilder(container).PublishAsDockerComposeService((_, service) => service.Restart = Restart);
        }
        builder.AddDockerComposeEnvironment("compose")
            .ConfigureComposeFile(file => Complete(file, gatewayFile))
            .ConfigureEnvFile(variables =>
            {
                foreach (var (service, _) in stack.Services())
                {
                    // The publisher's own placeholder for an image, which is not used.
                    variables.Remove($"{service.Resource.Name.ToUpperInvariant().Replace('-', '_')}_IMAGE");
                }
            });
        foreach (var (resource, _) in stack.Services())
        {
            var name = resource.Resource.Name;
            resource.PublishAsDockerComposeService((_, service) =>
            {
                service.Image = $"${{APE_IMAGES:-apetest}}/{name}:${{APE_TAG:-latest}}";
                service.PullPolicy = "${APE_PULL:-never}";
                service.User = User;
                service.Restart = Restart;
                service.Secrets.Add(Token());
            });
        }
        stack.Gateway.PublishAsDockerComposeService((_, service) => service.AddConfig(new ConfigReference { Source = GatewayConfig, Target = PublishedFiles.GatewayFile }));
        stack.Agent?.PublishAsDockerComposeService((_, service) =>
        {
            // The publisher does not look at WithReplicas.
            service.Deploy = new() { Replicas = stack.Workers };
            // Longer than the drain of its sessions.
            service.StopGracePeriod = "40s";
        });
        stack.Collector?.PublishAsDockerComposeService((_, service) =>
        {
            service.AddVolume(new Aspire.Hosting.Docker.Resources.ServiceNodes.Volume { Name = RunsVolume, Type = "volume", Source = RunsVolume, Target = PublishedFiles.Data });
            // On loopback only: whoever has the token may load the target.
            service.Ports.Add(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:${{APE_PORT:-5300}}:{DefaultPorts.Collector}"));
        });
        stack.Prometheus?.PublishAsDockerComposeService((_, service) =>
        {
            service.Secrets.Add(Token());
            // Whoever owns the token reads it; the group may write to the image's volume.
            service.User = User;
            service.GroupAdd.Add("65534");
        });
    }

    private static void Complete(ComposeFile file, string gatewayFile)
    {
        file.Secrets[PublishedFiles.ServiceToken] = new Secret { File = $"./secrets/{PublishedFiles.ServiceToken}" };
        file.Volumes[RunsVolume] = new Aspire.Hosting.Docker.Resources.ServiceNodes.Volume { Name = RunsVolume };
        // Compose fills in variables here; ours are the gateway's to fill in.
        file.AddConfig(new Config { Name = GatewayConfig, Content = gatewayFile.Replace("$", "$$", StringComparison.Ordinal) });
    }

    private static SecretReference Token() => new() { Source = PublishedFiles.ServiceToken, Target = PublishedFiles.ServiceToken };
}
