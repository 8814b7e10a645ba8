using System.Globalization;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers;

/// <summary>
/// A container engine with the images of the services, built once from these sources under the tag <see cref="Tag"/>, and what third-party images the
/// core of the stack needs. Without an engine the tests skip. <c>build/container-engine</c>, <c>build/runtime-base-image</c> and <c>build/debian-images</c> make one.
/// </summary>
public sealed class ContainerEngine : IAsyncLifetime
{
    /// <summary>Tag of the images.</summary>
    public const string Tag = "e2e";

    /// <summary>The runtime image that services are built on.</summary>
    public const string BaseImage = "mcr.microsoft.com/dotnet/aspnet:10.0";

    // Images of others: the core's, and the profile metrics.
    private static readonly string[] Others = ["postgres:15.14-bookworm", "prom/prometheus:v2.42.0", "prom/node-exporter:v1.5.0"];

    /// <summary>Names of the services that have an image.</summary>
    public static readonly string[] Services = ["gateway", "llm-proxy", "agent", "collector", "shop"];

    /// <summary>Variables with which <c>ape-test</c> takes the images.</summary>
    public static Dictionary<string, string> Variables => new() { ["APE_TAG"] = Tag };

    public async ValueTask InitializeAsync()
    {
        Requires.Command("docker");
        var info = await Machine.TryDockerAsync("info", "--format", "{{.ServerVersion}}");
        Requires.That(info.Code == 0 && info.Out.Trim().Length > 0, "no container engine answers (DOCKER_HOST): eval \"$(build/container-engine start DIR)\"");
        Requires.That((await Machine.TryDockerAsync("compose", "version")).Code == 0, "docker has no Compose v2");
        foreach (var (image, script) in Others.Select(image => (image, "debian-images")).Prepend((BaseImage, "runtime-base-image")))
        {
            var present = (await Machine.TryDockerAsync("image", "inspect", image)).Code == 0 || (await Machine.TryDockerAsync("pull", "--quiet", image)).Code == 0;
            Requires.That(present, $"the engine has no {image} and cannot pull it: build/{script}");
        }
        (await Machine.ApeAsync(Machine.Checkout, [], "images", "--tag", Tag)).Exits(0);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Bytes of an image.</summary>
    public static async Task<long> SizeAsync(string image) => long.Parse((await Machine.DockerAsync("image", "inspect", "--format", "{{.Size}}", image)).Trim(), CultureInfo.InvariantCulture);

    /// <summary>Containers, networks and volumes of all stacks of ours.</summary>
    public static async Task<string> StacksAsync()
    {
        const string label = "label=apetest.stack";
        return await Machine.DockerAsync("ps", "--all", "--quiet", "--filter", label) + await Machine.DockerAsync("network", "ls", "--quiet", "--filter", label)
            + await Machine.DockerAsync("volume", "ls", "--quiet", "--filter", label);
    }
}

/// <summary>Tests that need the engine: one after the other, since a stack loads the machine.</summary>
[CollectionDefinition("containers", DisableParallelization = true)]
public sealed class ContainerTests : ICollectionFixture<ContainerEngine>;
