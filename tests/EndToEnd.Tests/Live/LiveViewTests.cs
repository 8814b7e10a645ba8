using ApeTest.Cli.Tests;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Live;

/// <summary>The live view in a real terminal.</summary>
public sealed class LiveViewTests
{
    [Fact]
    public async Task Start_KeysInATerminal_ScaleShowTheLogAndStop()
    {
        using var directory = new TempDirectory();
        await using var terminal = await Tmux.OpenAsync(directory, 80, 24);
        await terminal.TypeAsync("stty -a >before; $APE start --agents 10 --duration 10m --think 20ms; echo code $?; stty -a >after");
        await terminal.UntilAsync(screen => screen.Contains(" of 10m00s", StringComparison.Ordinal) && screen.Contains("POST checkout", StringComparison.Ordinal));

        await terminal.PressAsync("+");
        await terminal.UntilAsync(screen => screen.Contains("of 11 active", StringComparison.Ordinal));
        await terminal.PressAsync("l");
        await terminal.UntilAsync(screen => screen.Contains("\nlog\n", StringComparison.Ordinal) && screen.Contains(" info  ", StringComparison.Ordinal));
        await terminal.PressAsync("l");
        await terminal.PressAsync("?");
        await terminal.UntilAsync(screen => screen.Contains("ten per cent more or fewer agents", StringComparison.Ordinal));
        await terminal.ResizeAsync(120, 40);
        await terminal.UntilAsync(screen => screen.Split('\n')[0].Length > 80 && screen.Split('\n').Count(line => line.StartsWith("sessions", StringComparison.Ordinal)) == 1);
        await terminal.PressAsync("q");

        await terminal.UntilAsync(screen => screen.Contains("code 130", StringComparison.Ordinal));
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)));
        Assert.Equal("interrupted", RunDirectoryReader.ReadSummary(run)!.Run.Status);
        await ApeShell.UntilAsync(() => File.Exists(directory.Combine("after")) && new FileInfo(directory.Combine("after")).Length > 0);
        // The terminal is as it was but for its size.
        Assert.Equal(Modes(directory, "before"), Modes(directory, "after"));
    }

    [Fact]
    public async Task Start_InTheBackgroundOfAnInteractiveShell_GoesOn()
    {
        using var directory = new TempDirectory();
        await using var terminal = await Tmux.OpenAsync(directory, 80, 24);

        await terminal.TypeAsync("$APE start --agents 2 --iterations 4 --duration 1m --think 20ms >out.txt &");

        await ApeShell.UntilAsync(directory, status => status.Status == "completed");
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(120, 40)]
    public async Task Watch_OfAFixedRun_IsAsInTheGoldenFile(int columns, int rows)
    {
        using var directory = new TempDirectory();
        await using var run = await FixedRun.StartAsync(directory);
        await using var terminal = await Tmux.OpenAsync(directory, columns, rows);

        await terminal.TypeAsync("clear; $APE status --watch; echo code $?");

        var screen = await terminal.UntilAsync(shown => shown.Contains("q leave", StringComparison.Ordinal));
        Golden.Check($"terminal-{columns}.txt", string.Join('\n', screen.TrimEnd().Split('\n').Select(line => line.TrimEnd())) + "\n");
        await terminal.PressAsync("q");
        // The run goes on; what was shown last stays.
        var left = await terminal.UntilAsync(shown => shown.Contains("code 0", StringComparison.Ordinal));
        Assert.Contains("20261121-131502-7f3a", left, StringComparison.Ordinal);
    }

    private static string Modes(TempDirectory directory, string file) =>
        string.Join('\n', File.ReadAllLines(directory.Combine(file)).Where(line => !line.StartsWith("speed", StringComparison.Ordinal)));
}
