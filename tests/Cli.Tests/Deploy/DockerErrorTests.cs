namespace ApeTest.Cli.Tests.Deploy;

/// <summary>What <c>start --compose</c> says where containers cannot be had. Nothing is left of any of it.</summary>
public sealed class DockerErrorTests
{
    [Fact]
    public async Task Start_WithoutDocker_SaysWhatToInstall()
    {
        using var cli = new CliHarness();
        cli.Variables["PATH"] = "/nonexistent";

        var result = await cli.RunAsync("start", "--compose");

        Assert.Equal(3, result.Code);
        Assert.StartsWith("error: docker was not found\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("ape-test start", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cli.Directory.Combine(".ape")));
    }

    [Theory]
    [InlineData("info*", "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", "the container engine does not answer", "Start it")]
    [InlineData("info*", "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock", "this user may not use the container engine", "group docker")]
    [InlineData("compose version*", "docker: 'compose' is not a docker command.\nSee 'docker --help'", "docker has no Compose v2", "docker-compose")]
    [InlineData("*up --detach*", "Error response from daemon: No such image: apetest/agent:latest", "the image apetest/agent:latest is not there", "ape-test images")]
    [InlineData("*up --detach*", "Error response from daemon: pull access denied for postgres, repository does not exist", "the image postgres is not there", "docker pull postgres")]
    [InlineData("*up --detach*", "driver failed programming external connectivity: Bind for 127.0.0.1:5300 failed: port is already allocated", "a port is taken", "APE_PORT")]
    [InlineData("*up --detach*", "write /var/lib/docker/x: no space left on device", "the engine's disk is full", "docker system df")]
    [InlineData("*up --detach*", "something that nobody has seen before", "something that nobody has seen before", "docker itself")]
    public async Task Start_WhereDockerRefuses_SaysWhatToDoAndLeavesNothing(string call, string said, string message, string hint)
    {
        using var docker = new FakeDocker();
        docker.Refuse(call, said);
        using var cli = new CliHarness();
        docker.Install(cli);

        var result = await cli.RunAsync("start", "--compose");

        Assert.Equal(3, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Contains(hint, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cli.Directory.Combine(".ape")));
    }

    [Fact]
    public async Task Start_WithoutImages_NamesThemAndBringsNothingUp()
    {
        using var docker = new FakeDocker();
        docker.Answer("*config --images", "apetest/agent:latest\napetest/gateway:latest\npostgres:15.14-bookworm");
        docker.Refuse("image inspect*", "Error: No such image");
        using var cli = new CliHarness();
        docker.Install(cli);

        var result = await cli.RunAsync("start", "--compose");

        Assert.Equal(3, result.Code);
        Assert.Contains("2 images are not there: apetest/agent:latest, apetest/gateway:latest", result.Error, StringComparison.Ordinal);
        Assert.Contains("ape-test images", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(docker.Calls, call => call.Contains(" up ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_WithAnUnhealthyService_ShowsItsLastLines()
    {
        using var docker = new FakeDocker();
        docker.Refuse("*up --detach*", "container ape-1-gateway-1 is unhealthy");
        docker.Answer("*ps --all --format json", """
            {"Service":"postgres","State":"running","Health":"healthy","ExitCode":0}
            {"Service":"collector","State":"running","Health":"starting","ExitCode":0}
            {"Service":"gateway","State":"exited","Health":"","ExitCode":2}
            """);
        docker.Answer("*logs*gateway", "gateway: /config/ape.mcp-gateway.json:3: targets[0].url: is no URL");
        using var cli = new CliHarness();
        docker.Install(cli);

        var result = await cli.RunAsync("start", "--compose");

        Assert.Equal(3, result.Code);
        Assert.Contains("the service gateway of the stack is exited with code 2", result.Error, StringComparison.Ordinal);
        Assert.Contains("targets[0].url: is no URL", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WhereNothingCanBeWritten_SaysSo()
    {
        using var docker = new FakeDocker();
        using var cli = new CliHarness();
        docker.Install(cli);
        cli.Directory.Write(".ape", "a file where the folder should be");

        var result = await cli.RunAsync("start", "--compose");

        Assert.Equal(3, result.Code);
        Assert.Contains("cannot be made", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(docker.Calls, call => call.Contains(" up ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Start_ThatFails_RemovesByTheLabelsOfItsProjectOnly()
    {
        using var docker = new FakeDocker();
        docker.Refuse("*up --detach*", "boom");
        docker.Answer("ps --all*", "ape-1-gateway-1\nape-1-agent-1");
        using var cli = new CliHarness();
        docker.Install(cli);

        await cli.RunAsync("start", "--compose");

        var project = docker.Calls.First(call => call.Contains(" up ", StringComparison.Ordinal)).Split(' ')[2];
        Assert.StartsWith("ape-", project, StringComparison.Ordinal);
        Assert.Contains("rm --force --volumes ape-1-gateway-1 ape-1-agent-1", docker.Calls);
        Assert.All(docker.Calls.Where(call => call.StartsWith("ps --all", StringComparison.Ordinal) || call.Contains(" ls ", StringComparison.Ordinal)), call =>
        {
            Assert.Contains($"--filter label=com.docker.compose.project={project} ", call, StringComparison.Ordinal);
            Assert.Contains($"--filter label=apetest.stack={project} ", call, StringComparison.Ordinal);
        });
        Assert.DoesNotContain(docker.Calls, call => call.Contains("prune", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("start --keep", "--keep is about the stack of --compose")]
    [InlineData("start --compose --detach", "Add --keep")]
    [InlineData("start --compose --agents nine", "agents")]
    public async Task Start_WithFlagsThatDoNotGoTogether_IsRefusedBeforeDockerIsAsked(string line, string message)
    {
        using var docker = new FakeDocker();
        using var cli = new CliHarness();
        docker.Install(cli);

        var result = await cli.RunAsync(line.Split(' '));

        Assert.Equal(2, result.Code);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Empty(docker.Calls);
    }
}
