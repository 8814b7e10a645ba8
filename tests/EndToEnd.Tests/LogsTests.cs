using System.Diagnostics;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

public sealed class LogsTests
{
    [Fact]
    public async Task LogsFollow_FromAnotherTerminal_TellsOneJourneyUntilTheRunEnds()
    {
        using var directory = new TempDirectory();
        await using var run = ApeProcess.Start(directory, "start", "--agents", "2", "--duration", "6s", "--think", "20ms");
        await run.Running.Within(TestContext.Current.CancellationToken);
        await using var all = ApeProcess.Start(directory, "logs", "--follow", "--service", "gateway");
        var first = await all.FirstOutputLineAsync();
        var trace = first[(first.IndexOf("trace=", StringComparison.Ordinal) + 6)..].TrimEnd('…', '\r');

        var journey = (await ApeProcess.RunAsync(directory, "logs", "--follow", "--service", "gateway", "--grep", trace, "--format", "json")).Exits(0);

        (await all.EndAsync()).Exits(0);
        (await run.EndAsync()).Exits(0);
        var there = await TextsAsync(directory, new LogQuery { Grep = trace, Service = "gateway" });
        Assert.NotEmpty(there);
        Assert.Equal(there, journey.Out.TrimEnd('\n').Split('\n'));
        Assert.Equal((await TextsAsync(directory, new LogQuery { Service = "gateway" })).Count,
            (await all.EndAsync()).Out.TrimEnd('\n').Split('\n').Length);
    }

    [Fact]
    public async Task Logs_OfWhichOneLineIsRead_EndQuietly()
    {
        Requires.That(!OperatingSystem.IsWindows(), "the pipe is a shell's");
        using var directory = new TempDirectory();
        await PrepareLargeLogAsync(directory);

        var result = await ShellAsync(directory, """{ dotnet "$1" logs; echo "code $?" >&2; } | head -1""");

        Assert.Equal((1, "code 0\n"), (result.Out.TrimEnd('\n').Split('\n').Length, result.Error));
        Assert.False(Directory.Exists(directory.Combine(".ape", "bugs")));
    }

    [Fact]
    public async Task LogsFollow_OfWhichOneLineIsRead_EndsBeforeTheRun()
    {
        Requires.That(!OperatingSystem.IsWindows(), "the pipe is a shell's");
        using var directory = new TempDirectory();
        await using var run = ApeProcess.Start(directory, "start", "--agents", "1", "--duration", "10m", "--think", "20ms");
        await run.Running.Within(TestContext.Current.CancellationToken);

        var result = await ShellAsync(directory, """{ dotnet "$1" logs --follow; echo "code $?" >&2; } | head -1""");

        Assert.Equal("code 0\n", result.Error);
        Assert.False(RunDirectoryReader.StatusOf(RunDirectoryReader.Find(RunDirectory.RunsRoot(directory.Path), null), TimeProvider.System).Ended);
        (await ApeProcess.RunAsync(directory, "stop", "--now")).Exits(0);
        await run.EndAsync();
    }

    [Fact]
    public async Task Logs_ToAFullDisk_SaySoAndExit3()
    {
        Requires.That(File.Exists("/dev/full"), "there is no /dev/full here");
        using var directory = new TempDirectory();
        await PrepareLargeLogAsync(directory);

        var result = await ShellAsync(directory, """dotnet "$1" logs > /dev/full""");

        Assert.Equal(3, result.Code);
        Assert.StartsWith("error: standard output cannot be written", result.Error, StringComparison.Ordinal);
        Assert.Equal(2, result.Error.TrimEnd('\n').Split('\n').Length);
        Assert.False(Directory.Exists(directory.Combine(".ape", "bugs")));
    }

    [Fact]
    public async Task Start_OfWhichOneLineIsRead_CompletesTheRun()
    {
        Requires.That(!OperatingSystem.IsWindows(), "the pipe is a shell's");
        using var directory = new TempDirectory();

        var result = await ShellAsync(directory,
            """{ dotnet "$1" start --agents 1 --iterations 1 --format json --quiet; echo "code $?" >&2; } | head -1""");

        Assert.Equal("{\n", result.Out);
        Assert.EndsWith("code 0\n", result.Error, StringComparison.Ordinal);
        Assert.Equal("completed", (await RunOnDisk.ReadAsync(directory)).Summary.Run.Status);
    }

    private static async Task<List<string>> TextsAsync(TempDirectory directory, LogQuery query)
    {
        using var reader = new LogReader(RunDirectoryReader.Find(RunDirectory.RunsRoot(directory.Path), null).Logs, query);
        var texts = new List<string>();
        await foreach (var line in reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            texts.Add(line.Text);
        }
        return texts;
    }

    /// <summary>More than a pipe and every buffer on the way hold.</summary>
    private static async Task PrepareLargeLogAsync(TempDirectory directory)
    {
        var run = RunDirectory.Create(RunDirectory.RunsRoot(directory.Path), "20261121-131502-7f3a");
        var line = $$"""{"ts":"2026-11-21T13:15:02.000Z","level":"info","service":"shop","event":"http.request","msg":"{{new string('m', 400)}}"}""";
        await File.WriteAllLinesAsync(Path.Combine(run.Logs, "shop.jsonl"), Enumerable.Repeat(line, 50_000), TestContext.Current.CancellationToken);
    }

    private static async Task<ApeResult> ShellAsync(TempDirectory directory, string script)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-c", script, "sh", Path.Combine(AppContext.BaseDirectory, "ape-test.dll")])
        {
            WorkingDirectory = directory.Path,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = shell.StandardError.ReadToEndAsync(cancellationToken);
        var output = await shell.StandardOutput.ReadToEndAsync(cancellationToken).Within(cancellationToken);
        await shell.WaitForExitAsync(cancellationToken).Within(cancellationToken);
        return new ApeResult(shell.ExitCode, output, await error);
    }
}
