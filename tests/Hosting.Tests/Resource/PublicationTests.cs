using System.Diagnostics;
using ApeTest.AppHost.Files;
using ApeTest.Tests.Shared;

namespace ApeTest.Hosting.Tests.Resource;

/// <summary>What the AppHost publishes; no engine and no cluster are needed for it.</summary>
public sealed class PublicationTests
{
    private const string Key = "csk-that-no-file-may-hold";

    private static readonly string[] Services = ["shop", "gateway", "llm-proxy", "collector", "agent"];

    [Fact]
    public async Task Publish_Compose_HasTheReplicasAndTheImagesOfTheComposeFile()
    {
        using var directory = new TempDirectory();

        await PublishAsync(directory, "compose");

        var compose = File.ReadAllText(directory.Combine("out", "docker-compose.yaml"));
        Assert.Contains("replicas: 3\n", compose, StringComparison.Ordinal);
        Assert.All(
            new[] { StackImage.Postgres, StackImage.Prometheus, StackImage.Loki, StackImage.Grafana, StackImage.Ollama },
            image => Assert.Contains($"image: \"{image.Name}:{image.Tag}\"\n", compose, StringComparison.Ordinal));
        Assert.All(Services, service => Assert.Contains($"OTEL_SERVICE_NAME: \"{service}\"\n", compose, StringComparison.Ordinal));
        Assert.Contains("APETEST_QUEUE: \"postgres://ape:${POSTGRES_PASSWORD}@postgres:5432/ape\"\n", compose, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_Kubernetes_HasTheReplicasAndEveryServiceExports()
    {
        using var directory = new TempDirectory();

        await PublishAsync(directory, "kubernetes");

        Assert.Contains("replicas: 3\n", Template(directory, "agent", "deployment.yaml"), StringComparison.Ordinal);
        Assert.All(Services, service => Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT:", Template(directory, service, "config.yaml"), StringComparison.Ordinal));
        Assert.All(Services, service => Assert.DoesNotContain("hostPath", Template(directory, service, "deployment.yaml"), StringComparison.Ordinal));
    }

    private static string Template(TempDirectory directory, string service, string file) => File.ReadAllText(directory.Combine("out", "templates", service, file));

    private static async Task PublishAsync(TempDirectory directory, string target)
    {
        // Beside this one, in either layout of what is built.
        var appHost = AppContext.BaseDirectory
            .Replace(Path.Combine("tests", "Hosting.Tests"), "AppHost", StringComparison.Ordinal)
            .Replace(Path.Combine("bin", "Hosting.Tests"), Path.Combine("bin", "AppHost"), StringComparison.Ordinal);
        var start = new ProcessStartInfo("dotnet", [
            Path.Combine(appHost, "ApeTest.AppHost.dll"), "--ollama", "--publish-to", target, "--Parameters:workers=3", "--operation", "publish", "--step", "publish", "--output-path", directory.Combine("out")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["CEREBRAS_API_KEY"] = Key;
        // .NET Aspire keeps what parameters were in the home directory.
        start.Environment["HOME"] = start.Environment["USERPROFILE"] = directory.Combine("home");
        Directory.CreateDirectory(directory.Combine("home"));
        using var process = Process.Start(start)!;
        var cancellationToken = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        try
        {
            await process.WaitForExitAsync(cancellationToken).Within(cancellationToken);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }

        Assert.True(process.ExitCode == 0, await output + await error);
        Assert.All(Directory.EnumerateFiles(directory.Combine("out"), "*", SearchOption.AllDirectories), file => Assert.DoesNotContain(Key, File.ReadAllText(file), StringComparison.Ordinal));
    }
}
