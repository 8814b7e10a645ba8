using System.Diagnostics;
using ApeTest.EndToEnd.Tests.Telemetry;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests.Feeds;

/// <summary><c>ape-test feed</c> is the launcher's: here with a <c>dotnet</c> that does what a test wants.</summary>
public sealed class LauncherFeedTests
{
    [Theory]
    [InlineData("full", "", true)]
    [InlineData("partial", "", false)]
    [InlineData("auto", "exit 0", true)]
    [InlineData("auto", "echo NU1101 >&2; exit 1", false)]
    public async Task Feed_IsSetOrProbed_AndWrittenForTheNextBuild(string word, string dotnet, bool full)
    {
        Requires.That(!OperatingSystem.IsWindows(), "the launcher here is a shell script");
        using var directory = new TempDirectory();

        var result = await RunAsync(directory, dotnet, "feed", word);

        result.Exits(0);
        Assert.Contains($"<FullFeed>{(full ? "true" : "false")}</FullFeed>", File.ReadAllText(directory.Combine(".feed.props")), StringComparison.Ordinal);
        Assert.Contains(full ? "full" : "partial", result.Error, StringComparison.Ordinal);
        // The probe is quiet.
        Assert.DoesNotContain("NU1101", result.Error + result.Out, StringComparison.Ordinal);
        Assert.EndsWith($"Now: {(full ? "full" : "partial")}\n", (await RunAsync(directory, "", "feed", "--help")).Exits(0).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Feed_AutoThatTakesTooLong_CountsAsPartialAndSaysWhy()
    {
        Requires.That(!OperatingSystem.IsWindows(), "the launcher here is a shell script");
        using var directory = new TempDirectory();

        var result = await RunAsync(directory, "exec sleep 600", "feed", "auto", "1");

        result.Exits(0);
        Assert.Contains("<FullFeed>false</FullFeed>", File.ReadAllText(directory.Combine(".feed.props")), StringComparison.Ordinal);
        Assert.Contains("was not through within 1 s", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("soon")]
    [InlineData("100000")]
    public async Task Feed_AutoForNoNumberOfSeconds_IsRefused(string seconds)
    {
        Requires.That(!OperatingSystem.IsWindows(), "the launcher here is a shell script");
        using var directory = new TempDirectory();

        Assert.Contains("number of seconds", (await RunAsync(directory, "exit 0", "feed", "auto", seconds)).Exits(2).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(directory.Combine(".feed.props")));
    }

    [Fact]
    public async Task Feed_AnotherWord_IsRefused()
    {
        Requires.That(!OperatingSystem.IsWindows(), "the launcher here is a shell script");
        using var directory = new TempDirectory();

        Assert.Contains("full, partial, auto", (await RunAsync(directory, "", "feed", "half")).Exits(2).Error, StringComparison.Ordinal);
        Assert.False(File.Exists(directory.Combine(".feed.props")));
    }

    private static async Task<ApeResult> RunAsync(TempDirectory directory, string dotnet, params string[] arguments)
    {
        var bin = Directory.CreateDirectory(directory.Combine("bin")).FullName;
        File.Copy(Repository.PathOf("ape-test"), directory.Combine("ape-test"), overwrite: true);
        await File.WriteAllTextAsync(Path.Combine(bin, "dotnet"), $"#!/bin/sh\n{dotnet}\n", TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(Path.Combine(bin, "dotnet"), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        var start = new ProcessStartInfo("bash", [directory.Combine("ape-test"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["PATH"] = $"{bin}:{start.Environment["PATH"]}";
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var cancellationToken = TestContext.Current.CancellationToken;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
        await process.WaitForExitAsync(cancellationToken).Within(cancellationToken);
        return new ApeResult(process.ExitCode, await output, await error);
    }
}
