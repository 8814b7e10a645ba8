using ApeTest.AppHost.Composition;
using ApeTest.AppHost.Options;
using Aspire.Hosting;

namespace ApeTest.AppHost.Publishing;

/// <summary>Chooses what the model is published as: with both environments in it, each resource would have to say which one it belongs to.</summary>
internal static class PublishingExtensions
{
    /// <summary>Adds the environment and what is particular to it.</summary>
    public static void PublishStack(this IDistributedApplicationBuilder builder, PublishTarget target, Stack stack, StackFolder folder)
    {
        var gatewayFile = File.ReadAllText(folder.GatewayFile);
        if (target == PublishTarget.Kubernetes)
        {
            KubernetesPublishing.Add(builder, stack, gatewayFile);
        }
        else
        {
            ComposePublishing.Add(builder, stack, gatewayFile);
        }
    }
}
