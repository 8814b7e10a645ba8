using System.Net;
using System.Xml.Linq;
using ApeTest.EndToEnd.Tests.Journeys;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;
using Microsoft.AspNetCore.Http;

namespace ApeTest.EndToEnd.Tests.Reports;

/// <summary>What a run of journeys leaves to look at, though none of its sessions is sampled.</summary>
public sealed class JourneyReportTests
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(700);

    [Fact]
    public async Task Report_UnsampledJourneyWithAFeed_HasTheSlowestSessionWithItsTranscriptAndCurl()
    {
        using var directory = new TempDirectory();
        var asked = 0;
        await using var target = await JourneyTarget.StartAsync(async (context, _) =>
        {
            if (Interlocked.Increment(ref asked) == 101)
            {
                await Task.Delay(Slow, TimeProvider.System, context.RequestAborted);
            }
            await context.Response.WriteAsJsonAsync(new { id = "i-7" });
        });
        directory.Write("users.csv", "name,password\nann,pw-of-ann\n");
        directory.Write("ape.yaml", $$$"""
            name: slow
            target: { url: "{{{target.Url}}}", headers: { X-Api-Key: "k-12345678" } }
            agents: 2
            iterations: 100
            telemetry: { sample: 0 }
            data: { user: { csv: users.csv } }
            secrets: [ user.password ]
            journeys:
              - name: look
                steps:
                  - { name: login, post: /t/login, json: { name: "{{user.name}}", password: "{{user.password}}" }, extract: { id: $.id } }
                  - { name: item, get: "/t/items/{{id}}" }
            """);

        (await ApeProcess.RunAsync(directory, "start", "--quiet")).Exits(0);

        var run = await RunOnDisk.ReadAsync(directory);
        Assert.InRange(run.Sessions.Count, 2, 60);
        var slowest = run.Sessions.MaxBy(static session => session.DurationS)!;
        Assert.Equal((SessionOutcome.Succeeded, 2), (slowest.Outcome, slowest.Actions.Length));
        Assert.True(slowest.DurationS >= Slow.TotalSeconds);
        Assert.Contains(run.Sessions, session => session.TraceId == run.Summary.Slowest[0].TraceId);
        Assert.Contains("ape-test logs", (await ApeProcess.RunAsync(directory, "report", "--format", "text")).Exits(0).Out, StringComparison.Ordinal);
        Assert.NotEmpty((await ApeProcess.RunAsync(directory, "logs", run.Directory.Run, "--grep", slowest.TraceId)).Exits(0).Out);

        // Also where the rows are gone by then, and nowhere with what is secret.
        File.Delete(directory.Combine("users.csv"));
        (await ApeProcess.RunAsync(directory, "report", "--out", "report.html")).Exits(0);
        var page = WebUtility.HtmlDecode(await File.ReadAllTextAsync(directory.Combine("report.html"), TestContext.Current.CancellationToken));
        Assert.Contains($"id=\"session-{slowest.Session}\"", page, StringComparison.Ordinal);
        Assert.Contains($"--url '{target.Url}/t/items/i-7'", page, StringComparison.Ordinal);
        Assert.Contains("""--data-raw '{"name":"'"$USER_NAME"'","password":"'"$USER_PASSWORD"'"}'""", page, StringComparison.Ordinal);
        Assert.Contains("-H 'X-Api-Key: '\"$HEADER_X_API_KEY\"''", page, StringComparison.Ordinal);
        Assert.DoesNotContain("pw-of-ann", page, StringComparison.Ordinal);
        Assert.DoesNotContain("k-12345678", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_KilledRun_IsRedInEveryExport()
    {
        using var directory = new TempDirectory();
        await using var run = ApeProcess.Start(directory, "start", "--agents", "2", "--duration", "10m", "--seed", "1");
        await run.Running.Within(TestContext.Current.CancellationToken);
        await Until(() => File.Exists(RunsFile(directory, "summary.json")));
        run.Signal("KILL");
        await run.EndAsync();

        var junit = XDocument.Parse((await ApeProcess.RunAsync(directory, "report", "--format", "junit")).Exits(0).Out);
        Assert.Equal("the run was interrupted", (string?)junit.Descendants("testcase").Single(static test => (string?)test.Attribute("name") == "run").Element("failure")?.Attribute("message"));
        Assert.StartsWith("### ❌", (await ApeProcess.RunAsync(directory, "report", "--format", "md")).Exits(0).Out, StringComparison.Ordinal);
        (await ApeProcess.RunAsync(directory, "report", "--out", "report.html")).Exits(0);
        Assert.Contains("was interrupted", await File.ReadAllTextAsync(directory.Combine("report.html"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string RunsFile(TempDirectory directory, string name) =>
        Directory.EnumerateFiles(directory.Combine(".ape", "runs"), name, SearchOption.AllDirectories).FirstOrDefault() ?? directory.Combine("none");

    private static async Task Until(Func<bool> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, TestContext.Current.CancellationToken);
        while (!isSo())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, both.Token);
        }
    }
}
