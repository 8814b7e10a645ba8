using ApeTest.Hosting;
using Aspire.Hosting;

namespace ApeTest.Sample;

/// <summary>An AppHost with an application and a load on it: <c>docs/aspire.md</c>.</summary>
internal static class Program
{
    private static Task Main(string[] args)
    {
        var builder = DistributedApplication.CreateBuilder(args);

        var shop = builder.AddProject<Projects.Shop>("shop", static project => project.ExcludeLaunchProfile = true)
            .WithHttpEndpoint(name: "http")
            .WithHttpHealthCheck("/health/ready");

        // In your own AppHost the command is the tool's, and need not be named.
        builder.AddApeTest("load", OperatingSystem.IsWindows() ? "../../ape-test.cmd" : "../../ape-test")
            .WithTarget(shop)
            .WithOpenApi("/openapi/v1.json")
            .WithGoal("Log in as user-0001 / pass-0001, buy two of the cheapest coffee, then log out.")
            .WithAgents(50)
            .WithDuration(TimeSpan.FromSeconds(30))
            .WithThreshold("session_success >= 0.95")
            .WithExplicitStart();

        return builder.Build().RunAsync();
    }
}
