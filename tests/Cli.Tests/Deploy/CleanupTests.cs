using System.Diagnostics;
using System.Text.Json;
using ApeTest.Cli.Deploy;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests.Deploy;

public sealed class CleanupTests
{
    private const string Project = "ape-12345678";

    [Fact]
    public async Task Cleanup_WithoutStacks_AsksNoEngine()
    {
        using var docker = new FakeDocker();
        using var cli = new CliHarness();
        docker.Install(cli);

        var result = await cli.RunAsync("cleanup");

        Assert.Equal((0, "", ""), (result.Code, result.Out, result.Error));
        Assert.Empty(docker.Calls);
    }

    [Fact]
    public async Task Cleanup_OfAKeptStack_RemovesContainersNetworksVolumesAndFiles()
    {
        using var docker = new FakeDocker();
        docker.Answer("ps --all*", $"{Project}-gateway-1");
        docker.Answer("network ls*", $"{Project}_core");
        docker.Answer("volume ls*", $"{Project}_runs");
        using var cli = new CliHarness();
        docker.Install(cli);
        Keep(cli);

        var result = await cli.RunAsync("cleanup");

        Assert.Equal(0, result.Code);
        Assert.Equal($"removed container {Project}-gateway-1\nremoved network {Project}_core\nremoved volume {Project}_runs\nremoved files .ape/stacks/{Project}\n", result.Out);
        Assert.Contains($"rm --force --volumes {Project}-gateway-1", docker.Calls);
        Assert.Contains($"network rm {Project}_core", docker.Calls);
        Assert.Contains($"volume rm --force {Project}_runs", docker.Calls);
        Assert.False(Directory.Exists(cli.Directory.Combine(".ape")));
    }

    [Fact]
    public async Task Cleanup_DryRun_RemovesNothing()
    {
        using var docker = new FakeDocker();
        docker.Answer("ps --all*", $"{Project}-gateway-1");
        using var cli = new CliHarness();
        docker.Install(cli);
        Keep(cli);

        var result = await cli.RunAsync("cleanup", "--dry-run");

        Assert.Equal($"would remove container {Project}-gateway-1\nwould remove files .ape/stacks/{Project}\n", result.Out);
        Assert.DoesNotContain(docker.Calls, call => call.Contains("rm ", StringComparison.Ordinal));
        Assert.True(Directory.Exists(cli.Directory.Combine(".ape", "stacks", Project)));
    }

    [Fact]
    public async Task Cleanup_WhereARunIsOnTheStack_LeavesIt()
    {
        using var docker = new FakeDocker();
        using var cli = new CliHarness();
        docker.Install(cli);
        using var other = Process.Start("sleep", "60");
        try
        {
            Write(cli, new StackRecord(DateTimeOffset.UnixEpoch, other.Id, RunProcess.StartOf(other.Id), RunProcess.Machine));

            var result = await cli.RunAsync("cleanup");

            Assert.Contains($"stack {Project} stays: process {other.Id} runs on it", result.Error, StringComparison.Ordinal);
            Assert.Empty(docker.Calls);
            Assert.True(Directory.Exists(cli.Directory.Combine(".ape", "stacks", Project)));
        }
        finally
        {
            other.Kill();
            await other.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Cleanup_OfAStackWhoseProcessDied_RemovesIt()
    {
        using var docker = new FakeDocker();
        using var cli = new CliHarness();
        docker.Install(cli);
        Write(cli, new StackRecord(DateTimeOffset.UnixEpoch, Environment.ProcessId, "another start", RunProcess.Machine));

        await cli.RunAsync("cleanup");

        Assert.False(Directory.Exists(cli.Directory.Combine(".ape")));
    }

    [Fact]
    public async Task Cleanup_OlderThan_LeavesWhatIsYounger()
    {
        using var docker = new FakeDocker();
        using var cli = new CliHarness();
        docker.Install(cli);
        Write(cli, new StackRecord(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(2), null, null, RunProcess.Machine));

        await cli.RunAsync("cleanup", "--older-than", "3h");
        Assert.True(Directory.Exists(cli.Directory.Combine(".ape", "stacks", Project)));

        await cli.RunAsync("cleanup", "--older-than", "1h");
        Assert.False(Directory.Exists(cli.Directory.Combine(".ape", "stacks", Project)));
    }

    [Fact]
    public async Task Cleanup_All_RemovesEndedRunsAndStacksOfElsewhere()
    {
        using var docker = new FakeDocker();
        docker.Answer("ps --all --filter label=apetest.stack --format*", "ape-elsewhere\nape-elsewhere");
        docker.Answer("ps --all --filter label=com.docker.compose.project=ape-elsewhere*Names*", "ape-elsewhere-agent-1");
        using var cli = new CliHarness();
        docker.Install(cli);
        Directory.CreateDirectory(cli.Directory.Combine(".ape", "runs", "20261121-131502-7f3a"));
        cli.Directory.Write(Path.Combine(".ape", "runs", "20261121-131502-7f3a.prometheus.json"), "[]");

        var result = await cli.RunAsync("cleanup", "--all");

        Assert.Equal(0, result.Code);
        Assert.Equal("removed container ape-elsewhere-agent-1\nremoved run 20261121-131502-7f3a\n", result.Out);
        Assert.Empty(Directory.EnumerateFileSystemEntries(cli.Directory.Combine(".ape", "runs")));
    }

    [Fact]
    public async Task Cleanup_AllWhileAStackOfElsewhereIsInUse_LeavesIt()
    {
        using var other = Process.Start("sleep", "60");
        using var elsewhere = new TempDirectory();
        using var docker = new FakeDocker();
        docker.Answer("ps --all --filter label=apetest.stack --format*", Project);
        docker.Answer($"ps --all --filter label=com.docker.compose.project={Project}*Names*", $"{Project}-agent-1");
        docker.Answer($"ps --all --filter label=com.docker.compose.project={Project}*working_dir*", elsewhere.Combine(Project));
        using var cli = new CliHarness();
        docker.Install(cli);
        try
        {
            var record = new StackRecord(DateTimeOffset.UnixEpoch, other.Id, RunProcess.StartOf(other.Id), RunProcess.Machine);
            elsewhere.Write(Path.Combine(Project, "stack.json"), JsonSerializer.Serialize(record));

            var result = await cli.RunAsync("cleanup", "--all");

            Assert.Contains($"stack {Project} stays: process {other.Id} runs on it", result.Error, StringComparison.Ordinal);
            Assert.DoesNotContain(docker.Calls, static call => call.StartsWith("rm ", StringComparison.Ordinal));
        }
        finally
        {
            other.Kill();
            await other.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        // Its user is gone: it goes too, with its files, which hold secrets.
        Assert.Equal(0, (await cli.RunAsync("cleanup", "--all")).Code);
        Assert.Contains($"rm --force --volumes {Project}-agent-1", docker.Calls);
        Assert.False(Directory.Exists(elsewhere.Combine(Project)));
    }

    [Fact]
    public async Task Cleanup_WhereTheEngineRefuses_TellsItAndKeepsTheFiles()
    {
        using var docker = new FakeDocker();
        docker.Refuse("ps --all*", "Cannot connect to the Docker daemon. Is the docker daemon running?");
        using var cli = new CliHarness();
        docker.Install(cli);
        Keep(cli);

        var result = await cli.RunAsync("cleanup");

        Assert.Equal(5, result.Code);
        Assert.Contains("the container engine does not answer", result.Error, StringComparison.Ordinal);
        Assert.True(Directory.Exists(cli.Directory.Combine(".ape", "stacks", Project)));
    }

    [Theory]
    [InlineData(true, "no containers to clean: the container engine does not answer\n")]
    [InlineData(false, "no containers to clean: docker was not found\n")]
    public async Task Cleanup_AllWithoutAnEngine_SaysSoAndDoesTheRest(bool hasDocker, string told)
    {
        using var docker = new FakeDocker();
        docker.Refuse("*", "Cannot connect to the Docker daemon. Is the docker daemon running?");
        using var cli = new CliHarness();
        if (hasDocker)
        {
            docker.Install(cli);
        }
        Directory.CreateDirectory(cli.Directory.Combine(".ape", "runs", "20261121-131502-7f3a"));

        var result = await cli.RunAsync("cleanup", "--all");

        Assert.Equal((0, "removed run 20261121-131502-7f3a\n", told), (result.Code, result.Out, result.Error));
    }

    [Fact]
    public async Task Cleanup_AllWhereTheEngineRefusesTheUser_IsPartial()
    {
        using var docker = new FakeDocker();
        docker.Refuse("*", "permission denied while trying to connect to the Docker daemon socket");
        using var cli = new CliHarness();
        docker.Install(cli);

        var result = await cli.RunAsync("cleanup", "--all");

        Assert.Equal(5, result.Code);
        Assert.Contains("this user may not use the container engine", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cleanup_WithAnAgeThatIsNone_IsRefused()
    {
        using var cli = new CliHarness();

        var result = await cli.RunAsync("cleanup", "--older-than", "soon");

        Assert.Equal(2, result.Code);
        Assert.Contains("--older-than 'soon' is not a duration", result.Error, StringComparison.Ordinal);
    }

    private static void Keep(CliHarness cli) => Write(cli, new StackRecord(DateTimeOffset.UnixEpoch, null, null, RunProcess.Machine));

    private static void Write(CliHarness cli, StackRecord record) =>
        cli.Directory.Write(Path.Combine(".ape", "stacks", Project, "stack.json"), JsonSerializer.Serialize(record));
}
