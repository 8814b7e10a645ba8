using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>A run in the background, from another process.</summary>
public sealed class DetachTests
{
    private static readonly string[] _load = ["start", "--agents", "3", "--duration", "10m", "--think", "20ms", "--detach"];

    [Fact]
    public async Task Detach_WatchedAndStoppedFromElsewhere_LeavesItsSummaryAndNoProcess()
    {
        using var directory = new TempDirectory();

        var started = (await ApeProcess.RunAsync(directory, [.. _load, "--out", "out.json"])).Exits(0);

        var id = started.Out.TrimEnd('\n');
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)));
        Assert.Equal(run.Run, id);
        Assert.Contains($"run {id}: 3 agents", started.Error, StringComparison.Ordinal);
        var file = RunDirectoryReader.StatusOf(run, TimeProvider.System).File!;
        Assert.True(RunProcess.IsAlive(file));

        await using var watch = ApeProcess.Start(directory, "status", "--watch", "--format", "json");
        Assert.Contains("\"status\":\"running\"", await watch.FirstOutputLineAsync(), StringComparison.Ordinal);
        (await ApeProcess.RunAsync(directory, "logs", id)).Exits(0);
        var stopped = (await ApeProcess.RunAsync(directory, "stop", id)).Exits(0);
        var watched = (await watch.EndAsync()).Exits(0);

        Assert.StartsWith($"{id} stopped after ", stopped.Out, StringComparison.Ordinal);
        Assert.Contains("\"status\":\"stopped\"", watched.Out.TrimEnd('\n').Split('\n')[^1], StringComparison.Ordinal);
        Assert.False(RunProcess.IsAlive(file));
        await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(file.ControlUrl!));
        var summary = (await RunOnDisk.ReadAsync(directory)).Summary;
        Assert.Equal("stopped", summary.Run.Status);
        Assert.True(summary.Sessions.Succeeded > 0);
        Assert.Contains(id, await File.ReadAllTextAsync(directory.Combine("out.json"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Contains("Measured: ", await File.ReadAllTextAsync(run.ConsoleFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        (await ApeProcess.RunAsync(directory, "stop", id)).Exits(0);
    }

    [Fact]
    public async Task Detach_AsJson_IsOneObject()
    {
        using var directory = new TempDirectory();

        var started = (await ApeProcess.RunAsync(directory, [.. _load, "--format", "json", "--quiet"])).Exits(0);
        (await ApeProcess.RunAsync(directory, "stop", "--now")).Exits(0);

        using var json = JsonDocument.Parse(started.Out);
        var run = new RunDirectory(json.RootElement.GetProperty("directory").GetString()!);
        Assert.Equal(run.Run, json.RootElement.GetProperty("run").GetString());
        Assert.StartsWith("http://127.0.0.1:", json.RootElement.GetProperty("control_url").GetString(), StringComparison.Ordinal);
        Assert.True(json.RootElement.GetProperty("pid").GetInt32() > 0);
        Assert.Empty(started.Error);
    }

    [Theory]
    [InlineData(3, "--target", "http://127.0.0.1:1", "--goal", "Log in.", "--success", "login=200")]
    [InlineData(2, "--agents", "none")]
    public async Task Detach_RunThatCannotBegin_EndsAsInTheForeground(int code, params string[] arguments)
    {
        using var directory = new TempDirectory();

        var foreground = (await ApeProcess.RunAsync(directory, ["start", .. arguments])).Exits(code);
        var detached = (await ApeProcess.RunAsync(directory, ["start", "--detach", .. arguments])).Exits(code);

        Assert.Equal(foreground.Error, detached.Error);
        Assert.Empty(detached.Out);
        Assert.False(Directory.Exists(directory.Combine(".ape")));
        Assert.Empty(ApeShell.ProcessesIn(directory));
    }

    [Fact]
    public async Task Detach_InterruptedBeforeTheRunBegins_LeavesNothing()
    {
        Requires.That(!OperatingSystem.IsWindows(), "signals are sent with kill");
        using var directory = new TempDirectory();
        using var target = new SilentTarget();
        await using var process = ApeProcess.Start(directory, "start", "--detach", "--target", target.Url, "--goal", "Log in.", "--success", "login=200");
        await target.ConnectedAsync();

        process.Signal("INT");

        (await process.EndAsync()).Exits(130);
        Assert.False(Directory.Exists(directory.Combine(".ape")));
        Assert.Empty(ApeShell.ProcessesIn(directory));
    }

    [Fact]
    public async Task Detach_KilledBeforeTheRunBegins_TakesItsProcessAlong()
    {
        Requires.That(OperatingSystem.IsLinux(), "processes are listed by /proc");
        using var directory = new TempDirectory();
        using var target = new SilentTarget();
        await using var process = ApeProcess.Start(directory, "start", "--detach", "--target", target.Url, "--goal", "Log in.", "--success", "login=200");
        await target.ConnectedAsync();

        process.Signal("KILL");

        await process.EndAsync();
        await ApeShell.UntilAsync(() => ApeShell.ProcessesIn(directory).Count == 0);
        Assert.False(Directory.Exists(directory.Combine(".ape")));
    }

    [Fact]
    public async Task Stop_OneOfTwoRuns_LeavesTheOtherAlone()
    {
        using var directory = new TempDirectory();
        var first = (await ApeProcess.RunAsync(directory, _load)).Exits(0).Out.Trim();
        var second = (await ApeProcess.RunAsync(directory, _load)).Exits(0).Out.Trim();

        var refused = (await ApeProcess.RunAsync(directory, "stop")).Exits(2);
        var status = (await ApeProcess.RunAsync(directory, "status")).Exits(0);
        (await ApeProcess.RunAsync(directory, "stop", first, "--now")).Exits(0);
        var left = (await ApeProcess.RunAsync(directory, "status", second)).Exits(0);
        (await ApeProcess.RunAsync(directory, "stop")).Exits(0);

        Assert.Contains(first, refused.Error, StringComparison.Ordinal);
        Assert.Contains(second, refused.Error, StringComparison.Ordinal);
        Assert.Contains("also running", status.Error, StringComparison.Ordinal);
        Assert.Contains("  running  ", left.Out, StringComparison.Ordinal);
        Assert.Empty(ApeShell.ProcessesIn(directory));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task ControlApi_WithoutTheToken_CanDoNothing(string? token)
    {
        using var directory = new TempDirectory();
        var id = (await ApeProcess.RunAsync(directory, _load)).Exits(0).Out.Trim();
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)));
        using var http = new HttpClient { BaseAddress = RunDirectoryReader.StatusOf(run, TimeProvider.System).File!.ControlUrl };
        if (token is not null)
        {
            http.DefaultRequestHeaders.Add(ControlContract.TokenHeader, token);
        }

        using var content = new StringContent("""{"now":true}""");
        using var stop = await http.PostAsync($"{ControlContract.RunsPath}/{id}/stop", content, TestContext.Current.CancellationToken);
        using var read = await http.GetAsync($"{ControlContract.RunsPath}/{id}", TestContext.Current.CancellationToken);
        var status = (await ApeProcess.RunAsync(directory, "status")).Exits(0);
        (await ApeProcess.RunAsync(directory, "stop", "--now")).Exits(0);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (stop.StatusCode, read.StatusCode));
        Assert.Contains("  running  ", status.Out, StringComparison.Ordinal);
    }

    private static async Task ConnectAsync(Uri url)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
    }
}
