using System.Text.Json;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>Streams and terminals that go away under a run.</summary>
public sealed class TerminalTests
{
    private const string Run = "start --agents 2 --iterations 4 --duration 1m --think 20ms --seed 1";

    [Theory]
    [InlineData("| head -1")]
    [InlineData("| true")]
    [InlineData("2>&- >out.txt")]
    [InlineData("2>/dev/full >out.txt")]
    [InlineData(">&-")]
    [InlineData("<&- >&- 2>&-")]
    public async Task Start_AStreamIsClosed_EndsWithItsVerdictAndSummary(string how)
    {
        Requires.That(!OperatingSystem.IsWindows(), "streams are closed by sh");
        using var directory = new TempDirectory();

        await ApeShell.RunAsync(directory, how.StartsWith('|')
            ? $"{{ $APE {Run} 2>err.txt; echo $? >code; }} {how}; wait"
            : $"$APE {Run} {how}; echo $? >code");

        await ApeShell.UntilAsync(() => File.Exists(directory.Combine("code")) && new FileInfo(directory.Combine("code")).Length > 0);
        Assert.Equal("0\n", await File.ReadAllTextAsync(directory.Combine("code"), TestContext.Current.CancellationToken));
        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal(("completed", 4L), (run.Summary.Run.Status, run.Summary.Sessions.Succeeded));
        Assert.False(Directory.Exists(directory.Combine(".ape", "bugs")));
    }

    [Fact]
    public async Task Start_QuitInTheBackgroundOfAScript_IsHeard()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();

        // A shell without job control starts it with SIGINT and SIGQUIT ignored.
        var code = await ApeShell.RunAsync(directory,
            "$APE start --agents 2 --duration 10m --think 20ms >out.txt 2>err.txt & p=$!; until grep -q '^run ' err.txt; do sleep 0.1; done; kill -QUIT $p; wait $p; echo $?");

        Assert.Equal("143\n", code);
        Assert.Equal("interrupted", (await RunOnDisk.ReadAsync(directory)).Summary.Run.Status);
    }

    [Fact]
    public async Task Start_OutIsAPipe_GetsTheSummary()
    {
        Requires.That(!OperatingSystem.IsWindows(), "the pipe is made with mkfifo");
        using var directory = new TempDirectory();

        var code = await ApeShell.RunAsync(directory, "mkfifo pipe; $APE start --iterations 1 --quiet --out pipe >out.txt 2>err.txt & p=$!; cat pipe >got.json; wait $p; echo $?");

        Assert.Equal("0\n", code);
        using var got = JsonDocument.Parse(await File.ReadAllTextAsync(directory.Combine("got.json"), TestContext.Current.CancellationToken));
        Assert.Equal(1, got.RootElement.GetProperty("sessions").GetProperty("started").GetInt32());
    }

    [Fact]
    public async Task Start_TheTerminalIsClosed_DrainsAndWritesTheSummary()
    {
        Requires.That(OperatingSystem.IsLinux(), "the terminal is one of util-linux' script");
        Requires.Command("script");
        using var directory = new TempDirectory();
        using var terminal = ApeShell.Start(directory,
            "exec script -qec \"exec sh -c '\\$APE start --agents 3 --duration 10m --think 20ms; echo \\$? >code'\" /dev/null");
        var ended = terminal.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await ApeShell.UntilAsync(directory, status => status.Status == "running");

        terminal.Kill();

        await ended.Within(TestContext.Current.CancellationToken);
        await ApeShell.UntilAsync(directory, status => status.Ended);
        await ApeShell.UntilAsync(() => ApeShell.ProcessesIn(directory).Count == 0);
        var run = await RunOnDisk.ReadAsync(directory);
        Assert.Equal("interrupted", run.Summary.Run.Status);
        Assert.True(run.Summary.Sessions.Succeeded > 0);
        Assert.False(Directory.Exists(directory.Combine(".ape", "bugs")));
    }

    [Fact]
    public async Task Detach_TheTerminalIsClosed_GoesOn()
    {
        Requires.That(OperatingSystem.IsLinux(), "the terminal is one of util-linux' script");
        Requires.Command("script");
        using var directory = new TempDirectory();
        using var terminal = ApeShell.Start(directory,
            "exec script -qec \"exec sh -c '\\$APE start --agents 3 --duration 10m --think 20ms --detach; echo \\$? >code; sleep 600'\" /dev/null");
        var ended = terminal.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await ApeShell.UntilAsync(() => File.Exists(directory.Combine("code")) && new FileInfo(directory.Combine("code")).Length > 0);

        terminal.Kill();
        await ended.Within(TestContext.Current.CancellationToken);

        var status = (await ApeProcess.RunAsync(directory, "status")).Exits(0);
        Assert.Contains("  running  ", status.Out, StringComparison.Ordinal);
        (await ApeProcess.RunAsync(directory, "stop")).Exits(0);
        Assert.Equal("stopped", (await RunOnDisk.ReadAsync(directory)).Summary.Run.Status);
        await ApeShell.UntilAsync(() => ApeShell.ProcessesIn(directory).Count == 0);
    }
}
