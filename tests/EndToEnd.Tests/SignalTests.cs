using ApeTest.EndToEnd.Tests.Journeys;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>Stopping a run from outside.</summary>
public sealed class SignalTests
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signal_Once_DrainsAndWritesTheSummary(string signal, int code)
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var process = ApeProcess.Start(directory, "start", "--agents", "5", "--duration", "10m", "--think", "20ms");
        await process.Running.Within(TestContext.Current.CancellationToken);

        process.Signal(signal);
        var result = await process.EndAsync();

        result.Exits(code);
        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal("interrupted", run.Summary.Run.Status);
        Assert.Contains("Measured: ", result.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signal_WhileSessionsGoOn_LetsThemFinishAndStartsNone(string signal, int code)
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        // A session takes some 2 s, so that drained sessions end long after the signal.
        await using var process = ApeProcess.Start(directory, "start", "--agents", "5", "--duration", "10m", "--think", "400ms");
        await process.Running.Within(TestContext.Current.CancellationToken);
        await ApeShell.UntilAsync(() => RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)) is [var only]
            && RunDirectoryReader.ReadSummary(only) is { Sessions.Started: > 0 });

        process.Signal(signal);
        await process.Stopping.Within(TestContext.Current.CancellationToken);
        var heard = TimeProvider.System.GetUtcNow();
        (await process.EndAsync()).Exits(code);

        var run = await RunOnDisk.ReadAsync(directory);
        Assert.NotEmpty(run.Sessions);
        // 1 s is promised; a slow machine gets more.
        Assert.All(run.Sessions, session => Assert.True(session.Started < heard.AddSeconds(5), $"{session.Session} started {session.Started - heard} after the signal"));
        Assert.Equal(0, run.Summary.Sessions.Aborted);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [InlineData("HUP", 143)]
    public async Task Signal_BeforeTheRunBegins_LeavesNothing(string signal, int code)
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        using var target = new SilentTarget();
        await using var process = ApeProcess.Start(directory, "start", "--target", target.Url, "--goal", "Log in.", "--success", "login=200");
        await target.ConnectedAsync();

        process.Signal(signal);
        var result = await process.EndAsync();

        result.Exits(code);
        Assert.Empty(result.Out);
        Assert.False(Directory.Exists(directory.Combine(".ape")));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Signal_AgainAndAgain_AbortsAndWritesTheSummary(int times)
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        // Sessions that think for an hour do not drain by themselves.
        await using var process = ApeProcess.Start(directory, "start", "--agents", "5", "--duration", "10m", "--think", "1h", "--graceful-stop", "1h");
        await process.Running.Within(TestContext.Current.CancellationToken);

        process.Signal("INT");
        await process.Stopping.Within(TestContext.Current.CancellationToken);
        for (var i = 1; i < times; i++)
        {
            process.Signal("INT");
        }
        var result = await process.EndAsync();

        result.Exits(130);
        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal(run.Summary.Sessions.Started, run.Summary.Sessions.Aborted + run.Summary.Sessions.Succeeded + run.Summary.Sessions.Failed + run.Summary.Sessions.Stuck + run.Summary.Sessions.AgentError);
    }

    [Fact]
    public async Task Stop_FromAnotherTerminal_EndsTheRunWithItsSummary()
    {
        using var directory = new TempDirectory();
        await using var process = ApeProcess.Start(directory, "start", "--agents", "5", "--duration", "10m", "--think", "20ms");
        await process.Running.Within(TestContext.Current.CancellationToken);

        (await ApeProcess.RunAsync(directory, "status")).Exits(0);
        (await ApeProcess.RunAsync(directory, "stop")).Exits(0);
        await process.EndAsync();

        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal("stopped", run.Summary.Run.Status);
        Assert.Contains("stopped", (await ApeProcess.RunAsync(directory, "runs")).Exits(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task StatusWatch_OfARunningRun_FollowsItToItsEnd()
    {
        using var directory = new TempDirectory();
        // The run cannot end before it is watched.
        var isWatched = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var target = await JourneyTarget.StartAsync((_, _) => isWatched.Task);
        directory.Write(JourneyRun.File, $$"""
            target: { url: "{{target.Url}}", timeout: 10m }
            iterations: 1
            session: { timeout: 10m }
            journeys: [ { steps: [ { get: /t/a } ] } ]
            """);
        await using var process = ApeProcess.Start(directory, "start", JourneyRun.File);
        await process.Running.Within(TestContext.Current.CancellationToken);

        await using var watch = ApeProcess.Start(directory, "status", "--watch", "--format", "json");
        var first = await watch.FirstOutputLineAsync();
        isWatched.SetResult();
        (await process.EndAsync()).Exits(0);
        var watched = (await watch.EndAsync()).Exits(0);

        Assert.Contains("\"status\":\"running\"", first, StringComparison.Ordinal);
        var lines = watched.Out.TrimEnd('\n').Split('\n');
        Assert.True(lines.Length > 1, watched.Out);
        Assert.Contains("\"status\":\"completed\"", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kill_LeavesARunThatIsShownAsInterruptedWithWhatItAchieved()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var process = ApeProcess.Start(directory, "start", "--agents", "5", "--duration", "10m", "--think", "20ms");
        var run = await ApeShell.UntilAsync(directory, status => status.Status == "running");
        await ApeShell.UntilAsync(() => RunDirectoryReader.ReadSummary(run) is { Sessions.Succeeded: > 5 });

        process.Signal("KILL");
        await process.EndAsync();

        var runs = (await ApeProcess.RunAsync(directory, "runs")).Exits(0);
        Assert.Contains("interrupted", runs.Out, StringComparison.Ordinal);
        Assert.Contains(" %", runs.Out, StringComparison.Ordinal);
        var status = (await ApeProcess.RunAsync(directory, "status", "--format", "json")).Exits(0);
        using var json = System.Text.Json.JsonDocument.Parse(status.Out);
        Assert.Equal("interrupted", json.RootElement.GetProperty("status").GetString());
        Assert.True(json.RootElement.GetProperty("succeeded").GetInt64() > 5);
        Assert.True(json.RootElement.GetProperty("elapsed_s").GetDouble() > 0);
        Assert.NotEmpty((await RunOnDisk.ReadAsync(directory)).Sessions);
        (await ApeProcess.RunAsync(directory, "logs")).Exits(0);
        (await ApeProcess.RunAsync(directory, "stop", run.Run)).Exits(0);
    }

    [Fact]
    public async Task Suspend_AndGoOn_TheRunRecovers()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var process = ApeProcess.Start(directory, "start", "--agents", "3", "--duration", "10m", "--think", "20ms");
        var run = await ApeShell.UntilAsync(directory, status => status.Status == "running");

        process.Signal("STOP");
        await ApeShell.UntilAsync(directory, status => status.Silent);
        var silent = (await ApeProcess.RunAsync(directory, "status")).Exits(0);
        process.Signal("CONT");
        await ApeShell.UntilAsync(directory, status => !status.Silent);
        (await ApeProcess.RunAsync(directory, "stop")).Exits(0);
        await process.EndAsync();

        Assert.Contains("suspended", silent.Error, StringComparison.Ordinal);
        Assert.Contains("  running  ", silent.Out, StringComparison.Ordinal);
        var summary = RunDirectoryReader.ReadSummary(run)!;
        Assert.Equal(("stopped", 0L), (summary.Run.Status, summary.Sessions.Aborted));
    }
}
