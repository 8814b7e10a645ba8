using System.Text.Json.Nodes;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Containers;

/// <summary>What init writes comes up as it is, by docker compose alone and by <c>start --compose</c>.</summary>
[Collection("containers")]
public sealed class InitStackTests
{
    private const string ComposeFile = "ape.docker-compose.yml";

    [Fact]
    public async Task ComposeFile_OfInit_ComesUpHealthyAndRunsTheScenario()
    {
        using var directory = new TempDirectory();
        // The same project name for every run of this test would meet what another left.
        var name = $"e2e{Guid.NewGuid():n}"[..12];
        var folder = directory.Combine(name);
        (await Machine.ApeAsync(directory.Path, [], "init", "-y", "--agents", "3", "--duration", "5s", name)).Exits(0);
        var port = FreePort.Take();
        // In directories of the compose files of the user, .env is the user's.
        await File.WriteAllTextAsync(Path.Combine(folder, ".env"), $"APE_TAG={ContainerEngine.Tag}\nAPE_PORT={port}\n", TestContext.Current.CancellationToken);
        string[] compose = ["compose", "--project-directory", folder, "--file", Path.Combine(folder, ComposeFile)];
        try
        {
            (await Machine.TryDockerAsync([.. compose, "up", "--detach", "--wait", "--wait-timeout", "240"])).Exits(0);

            var states = await Machine.DockerAsync("ps", "--filter", $"label=com.docker.compose.project=ape-{name}", "--format", "{{.Names}} {{.Status}}");
            Assert.All(new[] { "gateway", "llm-proxy", "agent", "collector", "postgres", "shop" }, service => Assert.Matches($@"ape-{name}-{service}-1 Up .*\(healthy\)", states));
            // As the file's own comment says.
            var start = await Machine.ApeAsync(folder, [], "start", "ape.yaml", "-y", "--stack", $"http://127.0.0.1:{port}", "--token-file", "ape.stack/secrets/service_token", "--target", "http://shop:5080", "--out", "summary.json");
            start.Exits(0);
            Assert.True(JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "summary.json"), TestContext.Current.CancellationToken))!["sessions"]!["succeeded"]!.GetValue<long>() > 0, start.Error);
        }
        finally
        {
            await Machine.TryDockerAsync([.. compose, "down", "--volumes", "--timeout", "5"]);
        }
    }

    [Fact]
    public async Task StartCompose_InTheDirectoryOfInit_RunsTheSampleOnContainers()
    {
        using var directory = new TempDirectory();
        (await Machine.ApeAsync(directory.Path, [], "init", "-y", "--agents", "3", "--duration", "5s")).Exits(0);

        var start = await Machine.ApeAsync(directory.Path, ContainerEngine.Variables, "start", "--compose", "--out", "summary.json");

        start.Exits(0);
        var summary = JsonNode.Parse(await File.ReadAllTextAsync(directory.Combine("summary.json"), TestContext.Current.CancellationToken))!;
        Assert.Equal("distributed", summary["run"]!["mode"]!.ToString());
        Assert.True(summary["sessions"]!["succeeded"]!.GetValue<long>() > 0, start.Error);
        Assert.Equal(1.0, summary["sessions"]!["success_rate"]!.GetValue<double>());
    }
}
