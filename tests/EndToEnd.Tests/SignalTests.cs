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

    [Fact]
    public async Task Signal_Twice_AbortsAndWritesTheSummary()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        // Sessions that think for an hour do not drain by themselves.
        await using var process = ApeProcess.Start(directory, "start", "--agents", "5", "--duration", "10m", "--think", "1h", "--graceful-stop", "1h");
        await process.Running.Within(TestContext.Current.CancellationToken);

        process.Signal("INT");
        process.Signal("INT");
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
        await using var process = ApeProcess.Start(directory, "start", "--agents", "2", "--duration", "4s", "--think", "20ms");
        await process.Running.Within(TestContext.Current.CancellationToken);

        var watched = (await ApeProcess.RunAsync(directory, "status", "--watch", "--format", "json")).Exits(0);
        (await process.EndAsync()).Exits(0);

        var lines = watched.Out.TrimEnd('\n').Split('\n');
        Assert.True(lines.Length > 1, watched.Out);
        Assert.Contains(lines, line => line.Contains("\"status\":\"running\"", StringComparison.Ordinal));
        Assert.Contains("\"status\":\"completed\"", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Kill_LeavesARunThatIsShownAsInterrupted()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        await using var process = ApeProcess.Start(directory, "start", "--agents", "5", "--duration", "10m", "--think", "20ms");
        await process.Running.Within(TestContext.Current.CancellationToken);
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)));

        process.Signal("KILL");
        await process.EndAsync();

        // Its last heartbeat grows stale; the clock of the test says so at once.
        var later = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1));
        Assert.Equal("interrupted", RunDirectoryReader.StatusOf(run, later).Status);
    }
}
