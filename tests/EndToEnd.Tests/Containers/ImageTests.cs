using System.Text.Json.Nodes;

namespace ApeTest.EndToEnd.Tests.Containers;

[Collection("containers")]
public sealed class ImageTests
{
    private const long Most = 150_000_000;

    public static TheoryData<string> Services => [.. ContainerEngine.Services];

    [Theory]
    [MemberData(nameof(Services))]
    public async Task Image_OfEachService_IsSmallLabelledCheckedAndUnprivileged(string service)
    {
        var image = $"apetest/{service}:{ContainerEngine.Tag}";
        var config = JsonNode.Parse(await Machine.DockerAsync("image", "inspect", "--format", "{{json .Config}}", image))!;

        Assert.InRange(await ContainerEngine.SizeAsync(image) - await ContainerEngine.SizeAsync(ContainerEngine.BaseImage), 1, Most);
        Assert.Equal("10001:10001", config["User"]!.ToString());
        Assert.Equal(["CMD", "/app/service", "--health"], config["Healthcheck"]!["Test"]!.AsArray().Select(word => word!.ToString()));
        var labels = config["Labels"]!;
        Assert.Equal($"apetest/{service}", labels["org.opencontainers.image.title"]!.ToString());
        Assert.Equal(ContainerEngine.BaseImage, labels["org.opencontainers.image.base.name"]!.ToString());
        Assert.Matches(@"^\d+\.\d+\.\d+", labels["org.opencontainers.image.version"]!.ToString());
        Assert.Matches(@"^\d{4}-\d\d-\d\dT", labels["org.opencontainers.image.created"]!.ToString());
        Assert.NotEmpty(labels["org.opencontainers.image.revision"]!.ToString());
    }

    [Fact]
    public async Task Shop_OnAReadOnlyFileSystemWithoutPrivileges_GetsHealthyAndEndsAtSigterm()
    {
        var id = (await Machine.DockerAsync("run", "--detach", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
            "--network", "none", $"apetest/shop:{ContainerEngine.Tag}")).Trim();
        try
        {
            await Machine.UntilAsync(async () => (await Machine.DockerAsync("inspect", "--format", "{{.State.Health.Status}}", id)).Trim() == "healthy", "health");
            Assert.Contains("uid=10001", (await Machine.InAsync(id, "id")).Out, StringComparison.Ordinal);
            Assert.NotEqual(0, (await Machine.InAsync(id, "touch /app/x")).Code);
            Assert.NotEqual(0, (await Machine.InAsync(id, "touch /x")).Code);

            await Machine.DockerAsync("stop", "--time", "20", id);
            Assert.Equal("0", (await Machine.DockerAsync("inspect", "--format", "{{.State.ExitCode}}", id)).Trim());
        }
        finally
        {
            await Machine.DockerAsync("rm", "--force", "--volumes", id);
        }
    }

    [Fact]
    public async Task Services_WithoutWhatTheyNeed_SayItAndEnd()
    {
        var collector = await Machine.TryDockerAsync("run", "--rm", "--network", "none", $"apetest/collector:{ContainerEngine.Tag}");
        var proxy = await Machine.TryDockerAsync("run", "--rm", "--network", "none", $"apetest/llm-proxy:{ContainerEngine.Tag}");

        Assert.Equal(2, collector.Code);
        Assert.Contains("APETEST_QUEUE", collector.Error, StringComparison.Ordinal);
        Assert.Equal(2, proxy.Code);
        Assert.Contains("APETEST_TOKEN_FILE", proxy.Error, StringComparison.Ordinal);
    }
}
