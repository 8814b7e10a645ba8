using ApeTest.Runs.Directory;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.EndToEnd.Tests;

/// <summary>A run that has fewer open files than its agents would take: a process that has none left is ended by the runtime.</summary>
public sealed class OpenFilesTests
{
    // Room for 35 connections on each way; so many of 200 agents start before the run ends.
    private const int Files = 500;
    private const int Started = 40;

    private const string Document =
        """{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{"/things":{"post":{"operationId":"createThing","summary":"Create a thing","responses":{"201":{"description":"made"}}}}}}""";

    [Fact]
    public async Task Start_MoreAgentsWaitThanFilesAllow_WaitsForConnectionsAndEndsOrderly()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the limit is set by the shell's ulimit");
        var end = new TaskCompletionSource();
        await using var target = await HangAsync(end.Task);
        using var directory = new TempDirectory();

        var told = await ApeShell.RunAsync(directory,
            $"ulimit -n {Files}; $APE start --target {target.Urls.First()} --openapi /openapi.json --goal 'Create a thing' --success createThing=201 "
            + "--agents 200 --think 20s --duration 8s --graceful-stop 0 --quiet 2>&1; echo exit $?");
        end.SetResult();

        Assert.DoesNotContain("Out of memory", told, StringComparison.Ordinal);
        Assert.EndsWith("exit 3\n", told, StringComparison.Ordinal); // nothing was judged
        var run = Assert.Single(RunDirectoryReader.List(RunDirectory.RunsRoot(directory.Path)));
        var summary = RunDirectoryReader.ReadSummary(run)!;
        Assert.True(summary.Sessions.Started > Started, told);
        Assert.DoesNotContain("connect", string.Join(' ', summary.Errors), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FewerFilesThanItsServicesNeed_SaysSoBeforeAnythingStarts()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the limit is set by the shell's ulimit");
        using var directory = new TempDirectory();

        var told = await ApeShell.RunAsync(directory, "ulimit -n 200; $APE start --agents 20 --quiet 2>&1; echo exit $?");

        Assert.Contains("200 are allowed", told, StringComparison.Ordinal);
        Assert.Contains("ulimit -n 4096", told, StringComparison.Ordinal);
        Assert.EndsWith("exit 3\n", told, StringComparison.Ordinal);
        Assert.Empty(System.IO.Directory.EnumerateFileSystemEntries(directory.Path));
    }

    private static async Task<WebApplication> HangAsync(Task end)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            if (context.Request.Method == HttpMethods.Post)
            {
                await end.WaitAsync(context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            await context.Response.WriteAsync(Document, CancellationToken.None);
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return app;
    }
}
