using System.Text.RegularExpressions;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers;

/// <summary>A stack that <c>start --compose --keep</c> left after a short run on its shop, with secrets planted, beside a container that is nobody's business.</summary>
public sealed partial class KeptStack : IAsyncLifetime
{
    /// <summary>A provider's key, which nothing may show.</summary>
    public const string PlantedKey = "csk-planted-4f1d9c27ab";

    private const string Bystander = "apetest-bystander";

    private readonly TempDirectory _directory = new();
    private string _bystander = "";

    /// <summary>The Compose project.</summary>
    public string Project { get; private set; } = "";

    /// <summary>The run's id.</summary>
    public string Run { get; private set; } = "";

    /// <summary>Port of the collector.</summary>
    public int Port { get; private set; }

    /// <summary>Port of Prometheus.</summary>
    public int PrometheusPort { get; private set; }

    /// <summary>Everything that the command said.</summary>
    internal ApeResult Started { get; private set; } = new(0, "", "");

    /// <summary>Folder in which it was called.</summary>
    public string Folder => _directory.Path;

    /// <summary>Folder of the stack's files.</summary>
    public string Files => _directory.Combine(".ape", "stacks", Project);

    public async ValueTask InitializeAsync()
    {
        await Machine.DockerAsync("network", "create", Bystander);
        await Machine.DockerAsync("volume", "create", Bystander);
        await Machine.DockerAsync("run", "--detach", "--name", Bystander, "--network", Bystander, "--volume", $"{Bystander}:/keep",
            "--entrypoint", "sh", $"apetest/shop:{ContainerEngine.Tag}", "-c", "sleep 3600");
        _bystander = await BystanderAsync();
        PrometheusPort = FreePort.Take();
        Started = await Machine.ApeAsync(Folder, new(ContainerEngine.Variables) { ["CEREBRAS_API_KEY"] = PlantedKey, ["COMPOSE_PROFILES"] = "metrics", ["APE_PROMETHEUS_PORT"] = $"{PrometheusPort}" },
            "start", "--compose", "--keep", "--agents", "20", "--workers", "2", "--duration", "8s", "--think", "200ms");
        Project = ProjectPattern().Match(Started.Error).Groups[1].Value;
        Run = RunPattern().Match(Started.Error).Groups[1].Value;
        Port = int.TryParse(PortPattern().Match(Started.Error).Groups[1].Value, out var port) ? port : 0;
    }

    /// <summary>What the engine says of the bystander: untouched means unchanged.</summary>
    public static async Task<string> BystanderAsync() => await Machine.DockerAsync("inspect", "--format", "{{.Id}} {{.State.StartedAt}} {{.State.Running}} {{.RestartCount}}", Bystander)
        + await Machine.DockerAsync("network", "inspect", "--format", "{{.Id}}", Bystander) + await Machine.DockerAsync("volume", "inspect", "--format", "{{.CreatedAt}}", Bystander);

    /// <summary>Whether the bystander is as it was before the stack.</summary>
    public async Task<bool> IsBystanderUntouchedAsync() => await BystanderAsync() == _bystander;

    /// <summary>A container of the stack.</summary>
    public string Container(string service, int number = 1) => $"{Project}-{service}-{number}";

    public async ValueTask DisposeAsync()
    {
        await Machine.ApeAsync(Folder, [], "cleanup");
        await Machine.TryDockerAsync("rm", "--force", "--volumes", Bystander);
        await Machine.TryDockerAsync("network", "rm", Bystander);
        await Machine.TryDockerAsync("volume", "rm", Bystander);
        _directory.Dispose();
    }

    [GeneratedRegex(@"^stack (ape-[0-9a-f]{8}):", RegexOptions.Multiline)]
    private static partial Regex ProjectPattern();

    [GeneratedRegex(@"^run (\S+):", RegexOptions.Multiline)]
    private static partial Regex RunPattern();

    [GeneratedRegex(@"--stack http://127\.0\.0\.1:(\d+)")]
    private static partial Regex PortPattern();
}
