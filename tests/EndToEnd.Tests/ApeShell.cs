using System.Diagnostics;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>A shell that runs <c>ape-test</c>, for what only a shell or the system can arrange: closed streams, pipes, terminals. And what it left.</summary>
internal static class ApeShell
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Starts <c>sh -c</c> with <paramref name="script"/>, in which <c>$APE</c> is the command line of <c>ape-test</c>. The caller disposes and, where needed, kills it.</summary>
    public static Process Start(TempDirectory directory, string script)
    {
        string[] words = [.. $"{ApeProcess.DefaultHangUp}{Requires.Command("sh")}".Split(' '), "-c", script];
        var start = new ProcessStartInfo(words[0], words[1..])
        {
            WorkingDirectory = directory.Path,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        start.Environment["APE"] = $"dotnet {Path.Combine(AppContext.BaseDirectory, "ape-test.dll")}";
        start.Environment.Remove("NO_COLOR");
        return Process.Start(start)!;
    }

    /// <summary>Runs a script to its end; returns what it wrote to standard output.</summary>
    public static async Task<string> RunAsync(TempDirectory directory, string script)
    {
        using var shell = Start(directory, script);
        shell.StandardInput.Close();
        var output = await shell.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken).Within(TestContext.Current.CancellationToken);
        return output;
    }

    /// <summary>Waits until the only run of <paramref name="directory"/> is as wanted.</summary>
    public static async Task<RunDirectory> UntilAsync(TempDirectory directory, Func<RunStatus, bool> wanted)
    {
        var root = RunDirectory.RunsRoot(directory.Path);
        await UntilAsync(() => RunDirectoryReader.List(root) is [var run] && wanted(RunDirectoryReader.StatusOf(run, TimeProvider.System)));
        return Assert.Single(RunDirectoryReader.List(root));
    }

    /// <summary>Waits until <paramref name="condition"/> holds.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(TestTimeouts.Default);
        using var timer = new PeriodicTimer(PollInterval, TimeProvider.System);
        while (!condition())
        {
            await timer.WaitForNextTickAsync(timeout.Token);
        }
    }

    /// <summary>Processes whose current directory is <paramref name="directory"/>: what a command left running. Linux only; elsewhere none.</summary>
    public static IReadOnlyList<string> ProcessesIn(TempDirectory directory) => !OperatingSystem.IsLinux() ? [] :
        [.. System.IO.Directory.EnumerateDirectories("/proc").Where(process => char.IsDigit(Path.GetFileName(process)[0]) && IsIn(process, directory.Path)).Select(Path.GetFileName)!];

    private static bool IsIn(string process, string directory)
    {
        try
        {
            return new FileInfo(Path.Combine(process, "cwd")).LinkTarget == directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is not ours.
            return false;
        }
    }
}
