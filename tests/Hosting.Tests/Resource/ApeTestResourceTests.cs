using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace ApeTest.Hosting.Tests.Resource;

/// <summary>The resource of somebody's AppHost, as .NET Aspire sees it; nothing is started.</summary>
public sealed class ApeTestResourceTests
{
    private readonly IDistributedApplicationBuilder _builder = DistributedApplication.CreateBuilder(new DistributedApplicationOptions { DisableDashboard = true });

    [Fact]
    public async Task AddApeTest_WithWhatTheReadmeSays_IsTheCommandWithItsFlags()
    {
        var load = _builder.AddApeTest("load").WithTarget(new Uri("http://127.0.0.1:5080")).WithOpenApi("/openapi/v1.json").WithGoal("Buy a coffee.").WithAgents(50)
            .WithThreshold("session_success >= 0.95");

        Assert.Equal("ape-test", load.Resource.Command);
        Assert.Equal(
            ["start", "--target", "http://127.0.0.1:5080/", "--openapi", "/openapi/v1.json", "--goal", "Buy a coffee.", "--agents", "50", "--threshold", "session_success >= 0.95", "--yes"],
            await ArgumentsAsync(load));
    }

    [Fact]
    public async Task WithAgents_SaidAgain_TheLatestIsAskedForAtTheNextStart()
    {
        var standard = _builder.AddParameter("agents", "20");
        var load = _builder.AddApeTest("load").WithAgents(standard);
        Assert.Contains(standard.Resource, await ArgumentsAsync(load));

        load.WithAgents(7);
        Assert.Contains("7", await ArgumentsAsync(load));

        load.WithAgents(standard);
        Assert.DoesNotContain("7", await ArgumentsAsync(load));
        Assert.Equal(standard.Resource, (await ArgumentsAsync(load))[^2]);
    }

    [Fact]
    public async Task WithTarget_OfAResource_WaitsForItAndPrefersItsHttpEndpoint()
    {
        var shop = _builder.AddContainer("shop", "shop").WithHttpsEndpoint(targetPort: 8443, name: "tls");
        var load = _builder.AddApeTest("load").WithTarget(shop);
        // Later than the load: which endpoint it is is asked at the start.
        shop.WithHttpEndpoint(targetPort: 8080, name: "http");

        Assert.Equal("http", Assert.Single((await ArgumentsAsync(load)).OfType<EndpointReference>()).EndpointName);
        Assert.Same(shop.Resource, Assert.Single(load.Resource.Annotations.OfType<WaitAnnotation>()).Resource);
    }

    [Fact]
    public async Task WithTarget_OfAResourceWithoutAnAddress_SaysWhich()
    {
        var queue = _builder.AddContainer("queue", "queue").WithEndpoint(targetPort: 5672, scheme: "amqp", name: "amqp");
        var load = _builder.AddApeTest("load").WithTarget(queue);

        Assert.Contains("'queue'", (await Assert.ThrowsAsync<DistributedApplicationException>(() => ArgumentsAsync(load))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddApeTest_WithAPath_IsLookedUpFromTheAppHost()
    {
        var load = _builder.AddApeTest("load", "../tools/ape-test", "../runs");

        Assert.Equal(Path.GetFullPath("../tools/ape-test", _builder.AppHostDirectory), load.Resource.Command);
        Assert.Equal(Path.GetFullPath("../runs", _builder.AppHostDirectory), load.Resource.WorkingDirectory);
        Assert.Contains(load.Resource.Annotations, static annotation => annotation == ManifestPublishingCallbackAnnotation.Ignore);
    }

    private static async Task<List<object>> ArgumentsAsync(IResourceBuilder<ApeTestResource> load)
    {
        var arguments = new List<object>();
        foreach (var annotation in load.Resource.Annotations.OfType<CommandLineArgsCallbackAnnotation>())
        {
            await annotation.Callback(new CommandLineArgsCallbackContext(arguments, load.Resource, TestContext.Current.CancellationToken));
        }
        return arguments;
    }
}
