using ApeTest.Cli.Deploy;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests.Deploy;

public sealed class ImagesTests
{
    [Theory]
    [InlineData("--service gatway", "--service 'gatway' has no image", "Did you mean 'gateway'?")]
    [InlineData("--tag a/b", "--tag 'a/b' is no image tag", "--tag 1.4.0")]
    [InlineData("--push https://registry.example", "is no registry", "without a scheme")]
    public async Task Images_WithABadFlag_IsRefused(string flags, string message, string hint)
    {
        using var docker = new FakeDocker();
        using var cli = new CliHarness();
        docker.Install(cli);

        var result = await cli.RunAsync(["images", .. flags.Split(' ')]);

        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains(hint, result.Error, StringComparison.Ordinal);
        Assert.Empty(docker.Calls);
    }

    [Fact]
    public void Checkout_OfAnInstalledTool_IsNotFoundAndSaysWhatItNeeds()
    {
        using var elsewhere = new TempDirectory();

        var error = Assert.Throws<ApeTestException>(() => SourceCheckout.Find(elsewhere.Path, elsewhere.Path));

        Assert.Equal(3, error.ExitCode);
        Assert.Contains("images are built from the sources", error.Message, StringComparison.Ordinal);
        Assert.Contains("APE_IMAGES", error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Checkout_AroundTheDirectory_IsFound()
    {
        using var checkout = new TempDirectory();
        Imitate(checkout);
        Directory.CreateDirectory(checkout.Combine("a", "b"));

        Assert.Equal(checkout.Path, SourceCheckout.Find("/", checkout.Combine("a", "b")).Root);
    }

    [Fact]
    public async Task Images_WithoutAnEngine_SaysSoBeforeItBuildsAnything()
    {
        using var docker = new FakeDocker();
        docker.Refuse("version*", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?");
        using var cli = new CliHarness();
        docker.Install(cli);
        Imitate(cli.Directory);

        var result = await cli.RunAsync("images");

        Assert.Equal(3, result.Code);
        Assert.Contains("the container engine does not answer", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("publish", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_WithoutTheRuntimeImage_NameItBeforeAnythingIsBuilt()
    {
        using var docker = new FakeDocker();
        docker.Refuse("image inspect*", "Error: No such image: registry.example/aspnet:10.0");
        docker.Refuse("pull*", "Error response from daemon: Get \"https://registry.example/v2/\": no such host");
        using var cli = new CliHarness();
        docker.Install(cli);
        Imitate(cli.Directory);

        var result = await cli.RunAsync("images", "--base", "registry.example/aspnet:10.0");

        Assert.Equal(3, result.Code);
        Assert.Contains("the runtime image registry.example/aspnet:10.0 is not there and cannot be pulled", result.Error, StringComparison.Ordinal);
        Assert.Contains("--base IMAGE", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("publish", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Images_OnAnotherPlatform_AreRefused()
    {
        using var docker = new FakeDocker();
        docker.Answer("version*", "windows/amd64");
        using var cli = new CliHarness();
        docker.Install(cli);
        Imitate(cli.Directory);

        var result = await cli.RunAsync("images");

        Assert.Equal(3, result.Code);
        Assert.Contains("windows/amd64", result.Error, StringComparison.Ordinal);
    }

    private static void Imitate(TempDirectory directory)
    {
        directory.Write("ApeTest.sln", "");
        directory.Write("deploy/Dockerfile", "FROM scratch");
    }
}
