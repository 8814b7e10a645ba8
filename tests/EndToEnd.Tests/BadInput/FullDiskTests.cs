using System.Diagnostics;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>A disk that is full, and one that fills while a run is on it. Needs the right to mount a small tmpfs.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TempDirectory _directory = new();
    private bool _mounted;

    [Fact]
    public async Task Start_OnAFullDisk_Exits3AndLeavesNothing()
    {
        Mount("64k");
        Fill(leave: 0);

        var result = await ApeProcess.RunAsync(_directory, "start", "--iterations", "1");

        result.Exits(3);
        Assert.Contains("error: ", result.Error, StringComparison.Ordinal);
        Assert.Contains("space", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal(["filler"], Directory.EnumerateFileSystemEntries(_directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Start_DiskFillsDuringTheRun_EndsWithAMessageAndNoCrash()
    {
        Mount("1m");
        Fill(leave: 200 * 1024);

        var result = await ApeProcess.RunAsync(_directory, "start", "--agents", "20", "--duration", "4s");

        Assert.DoesNotContain("   at ", result.Error + result.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("unexpectedly", result.Error, StringComparison.Ordinal);
        result.Exits(3);
        Assert.Contains("error: not all of the run could be recorded in .ape/runs/", result.Error, StringComparison.Ordinal);
        Assert.Contains("succeeded", result.Out, StringComparison.Ordinal);
        // What it says of its summary is true.
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(_directory.Path)));
        var isLast = RunDirectoryReader.ReadSummary(run) is { Run.Status: "completed", Sessions.Started: > 0 };
        Assert.Contains(isLast ? "Its summary.json is complete." : "Its summary.json is not the last one", result.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(run.Path, "*.tmp"));
    }

    public void Dispose()
    {
        if (_mounted)
        {
            Run("umount", "-l", _directory.Path);
        }
        _directory.Dispose();
    }

    private void Mount(string size)
    {
        Requires.That(OperatingSystem.IsLinux(), "tmpfs is Linux's");
        _mounted = Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", _directory.Path) == 0;
        Requires.That(_mounted, "a tmpfs cannot be mounted here (it needs root and CAP_SYS_ADMIN)");
    }

    private void Fill(int leave)
    {
        var free = (int)new DriveInfo(_directory.Path).AvailableFreeSpace;
        File.WriteAllBytes(_directory.Combine("filler"), new byte[Math.Max(0, free - leave)]);
    }

    private static int Run(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
