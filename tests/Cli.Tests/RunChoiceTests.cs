using System.Text.Json;
using ApeTest.Cli.Deploy;
using ApeTest.Runs.Directory;
using ApeTest.Scenarios;

namespace ApeTest.Cli.Tests;

/// <summary>Which run <c>status</c> and <c>stop</c> mean without an id.</summary>
public sealed class RunChoiceTests
{
    private const string Oldest = "20261121-120000-00aa";
    private const string Older = "20261121-120001-00bb";
    private const string Newest = "20261121-120002-00cc";

    [Fact]
    public async Task Status_NoId_IsTheNewestThatRuns()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Running(cli, Oldest);
        RunsOnDisk.Finished(cli, Newest);

        var result = await cli.RunAsync("status");

        Assert.Equal(0, result.Code);
        Assert.StartsWith(Oldest, result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("newest", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_NoIdAndNoneRuns_IsTheNewest()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli, Older);
        RunsOnDisk.Finished(cli, Newest);

        Assert.StartsWith(Newest, (await cli.RunAsync("status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Last_NewestIsATry_IsTheNewestLoad()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli, Oldest);
        RunsOnDisk.Finished(cli, Older);
        RunsOnDisk.MarkTry(RunsOnDisk.Finished(cli, Newest));

        Assert.StartsWith(Older, (await cli.RunAsync("status")).Out, StringComparison.Ordinal);
        Assert.Contains($"{Older}", (await cli.RunAsync("report", "last", "--format", "json")).Out, StringComparison.Ordinal);
        Assert.StartsWith(Newest, (await cli.RunAsync("status", Newest)).Out, StringComparison.Ordinal);
        var table = (await cli.RunAsync("runs")).Out.Split('\n');
        Assert.Equal([true, false, false], table[1..4].Select(static line => line.Contains("(try)", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Last_OnlyTries_IsTheNewestTry()
    {
        using var cli = new CliHarness();
        RunsOnDisk.MarkTry(RunsOnDisk.Finished(cli, Older));
        RunsOnDisk.MarkTry(RunsOnDisk.Finished(cli, Newest));

        Assert.StartsWith(Newest, (await cli.RunAsync("status")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_SeveralRun_ShowsTheNewestAndNamesTheOthers()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Running(cli, Oldest);
        RunsOnDisk.Running(cli, Older);
        RunsOnDisk.Finished(cli, Newest);

        var result = await cli.RunAsync("status");

        Assert.StartsWith(Older, result.Out, StringComparison.Ordinal);
        Assert.Contains($"newest of 2 that run; also running: {Oldest}\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_OthersAreQueued_SaysThatTheyWait()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Running(cli, Oldest);
        RunsOnDisk.Queued(cli, Older);
        RunsOnDisk.Queued(cli, Newest);

        var result = await cli.RunAsync("status");

        Assert.StartsWith(Oldest, result.Out, StringComparison.Ordinal);
        Assert.Contains($"{Oldest} is the one that runs; queued: {Newest}, {Older}\n", result.Error, StringComparison.Ordinal);
        Assert.Contains("3 runs are running or queued: ", (await cli.RunAsync("stop")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Status_AllAreQueued_ShowsTheNewest()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Queued(cli, Older);
        RunsOnDisk.Queued(cli, Newest);

        var result = await cli.RunAsync("status");

        Assert.StartsWith(Newest, result.Out, StringComparison.Ordinal);
        Assert.Contains($"newest of 2 that are queued; also queued: {Older}\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_SeveralRun_RefusesWithTheList()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Running(cli, Oldest);
        RunsOnDisk.Running(cli, Newest);

        var result = await cli.RunAsync("stop");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains($"2 runs are running: {Newest}, {Oldest}", result.Error, StringComparison.Ordinal);
        Assert.Contains("ape-test stop 00cc", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_NoIdAndNoneRuns_SaysHowTheLatestEnded()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("stop");

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains($"{SummaryFixture.Run}, is over: completed", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stop 7f3a", "stop 7f3a")]
    [InlineData("stop", "stop")]
    [InlineData("scale --agents 3", "scale --agents 3")]
    public async Task Stop_NoRunHereButAStack_SaysHowToReachIt(string command, string suggested)
    {
        using var cli = new CliHarness();
        var stack = Path.Combine(".ape", "stacks", "ape-12345678");
        cli.Directory.Write(Path.Combine(stack, "stack.json"), JsonSerializer.Serialize(new StackRecord(DateTimeOffset.UnixEpoch, null, null, RunProcess.Machine)));
        cli.Directory.Write(Path.Combine(stack, ".env"), "COMPOSE_PROJECT_NAME=ape-12345678\nAPE_PORT=45300\n");

        var result = await cli.RunAsync(command.Split(' '));

        Assert.Equal(ExitCodes.Input, result.Code);
        Assert.Contains($"A stack was started here, ape-12345678; a run on it: ape-test {suggested} --stack http://127.0.0.1:45300 --token-file .ape/stacks/ape-12345678/secrets/service_token\n",
            result.Error.Replace('\\', '/'), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stop_OfAnEndedRun_IsNoError()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("stop", SummaryFixture.Run);

        Assert.Equal(0, result.Code);
        Assert.Contains("over already: completed", result.Error, StringComparison.Ordinal);
        Assert.Empty(result.Out);
    }
}
