using System.Diagnostics;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.BadInput;

/// <summary>Invocations that are right and end badly all the same.</summary>
public sealed class OutcomeTests
{
    [Fact]
    public async Task Start_EverySessionAborted_Exits3()
    {
        using var directory = new TempDirectory();
        // The only session thinks beyond the end of the run and is aborted unjudged.
        var result = await ApeProcess.RunAsync(directory, "start", "--duration", "1s", "--think", "1h", "--graceful-stop", "1s");

        result.Exits(3);
        Assert.Contains("0 judged", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_StdoutIsFull_Exits3AndSaysSo()
    {
        Requires.That(File.Exists("/dev/full"), "there is no /dev/full here");
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", "dotnet \"$1\" --help > /dev/full", "sh", Path.Combine(AppContext.BaseDirectory, "ape-test.dll")])
        {
            RedirectStandardError = true,
        })!;
        var error = await shell.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.True(shell.ExitCode == 3, error);
        Assert.StartsWith("error: standard output cannot be written", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FewerSessionsThanAgents_SaysHowManyAreIdle()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--agents", "5", "--iterations", "2");

        result.Exits(0);
        Assert.Contains("warning: 2 sessions in total for 5 agents: 3 agents will be idle\n", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_GoalBesideAFileWithGoals_SaysThatItReplacesThem()
    {
        using var directory = new TempDirectory();
        directory.Write("s.yaml", "target: { url: http://127.0.0.1:9 }\ngoals: [ { goal: a, success: x }, { goal: b, success: x } ]\n");

        var result = await ApeProcess.RunAsync(directory, "validate", "s.yaml", "--goal", "c", "--success", "x");

        result.Exits(0);
        Assert.Equal("warning: --goal replaces the 2 goals of s.yaml\n", result.Error);
    }
}
