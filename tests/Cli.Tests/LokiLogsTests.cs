using System.Text.Json;
using System.Text.Json.Nodes;
using ApeTest.Runs.Control;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;
using ApeTest.Tests.Shared.Loki;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace ApeTest.Cli.Tests;

/// <summary><c>ape-test logs</c> of a run whose lines Loki has: the same options, the same lines, the same text as from files.</summary>
public sealed class LokiLogsTests
{
    private static readonly string Url = "http://127.0.0.1:1";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string[]> Filters => new(
    [
        .. LogsTests.Selections.Select(static row => row.Data.Item1),
        Array.Empty<string>(), ["--grep", SummaryFixture.Trace], ["--grep", "ffffffff"], ["--level", "warn"], ["--level", "error"], ["--level", "trace"], ["--service", "gateway"],
        ["--agent", "3"], ["--agent", "4"],
    ]);

    [Theory]
    [MemberData(nameof(Filters))]
    public async Task Logs_FromLoki_AreThoseOfTheFiles(string[] options)
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Finished(cli);
        LogsTests.Prepare(directory);
        var text = await cli.RunAsync(["logs", .. options]);
        var json = await cli.RunAsync(["logs", "--format", "json", .. options]);
        await using var loki = await FakeLoki.StartAsync(Cancellation);
        Move(directory, loki);
        cli.Variables["APETEST_LOKI"] = loki.Url.ToString();

        var fromLoki = await cli.RunAsync(["logs", .. options]);
        var asJson = await cli.RunAsync(["logs", "--format", "json", .. options]);

        Assert.Equal((text.Code, text.Out), (fromLoki.Code, fromLoki.Out));
        Assert.Equal(Lines(json.Out).Count, Lines(asJson.Out).Count);
        Assert.All(Lines(json.Out).Zip(Lines(asJson.Out)), pair => Assert.True(JsonNode.DeepEquals(JsonNode.Parse(pair.First), JsonNode.Parse(pair.Second)), $"{pair.First}\n{pair.Second}"));
        Assert.Equal(2, loki.Queries.Count);
        if (text.Out.Length == 0)
        {
            Assert.Contains($"no such lines in run {SummaryFixture.Run} at {loki.Url}", fromLoki.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Logs_RunWithFilesOfItsOwn_AsksNoLoki()
    {
        using var cli = new CliHarness { Variables = { ["APETEST_LOKI"] = Url } };
        LogsTests.Prepare(RunsOnDisk.Finished(cli));

        Assert.Equal(5, Lines((await cli.RunAsync("logs")).Out).Count);
    }

    [Fact]
    public async Task Logs_OfAStack_ComeFromLokiWhereOneIsNamed()
    {
        using var cli = new CliHarness();
        var directory = RunsOnDisk.Finished(cli);
        LogsTests.Prepare(directory);
        await using var loki = await FakeLoki.StartAsync(Cancellation);
        Move(directory, loki);
        await using var collector = await CollectorAsync("completed");
        await File.WriteAllTextAsync(cli.Directory.Combine("token"), new string('a', 64), Cancellation);
        cli.Variables["APETEST_LOKI"] = loki.Url.ToString();

        var result = await cli.RunAsync("logs", "--level", "warn", "--stack", collector.Urls.First(), "--token-file", "token");

        Assert.Equal((ExitCodes.Done, ""), (result.Code, result.Error));
        Assert.Contains("shop.fault", Assert.Single(Lines(result.Out)), StringComparison.Ordinal);
        Assert.Equal($$"""{service_name=~".+"} | json | drop __error__, __error_details__ | run="{{SummaryFixture.Run}}" | level!~"trace|debug|info" """.TrimEnd(), Assert.Single(loki.Queries));
    }

    [Fact]
    public async Task LogsFollow_OfAStack_GoesOnUntilItsCollectorSaysThatTheRunIsOver()
    {
        using var cli = new CliHarness();
        await using var loki = await FakeLoki.StartAsync(Cancellation);
        var status = "running";
        await using var collector = await CollectorAsync(() => status);
        await File.WriteAllTextAsync(cli.Directory.Combine("token"), new string('a', 64), Cancellation);
        cli.Variables["APETEST_LOKI"] = loki.Url.ToString();
        var now = TimeProvider.System.GetUtcNow();
        Add(loki, now, "first");

        var following = cli.RunAsync("logs", "--follow", "--stack", collector.Urls.First(), "--token-file", "token");
        await cli.Flushed.Within(Cancellation);
        Add(loki, now.AddSeconds(1), "second");
        status = "completed";

        var result = await following;
        Assert.Equal(ExitCodes.Done, result.Code);
        Assert.Collection(Lines(result.Out), line => Assert.Contains("first", line, StringComparison.Ordinal), line => Assert.Contains("second", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("loki:3100", "'loki:3100', which is no URL")]
    [InlineData("htp://ape:s3cr3t@loki:3100", "set to what is no URL")]
    public async Task Logs_LokiThatIsNone_SaySoWithoutAPasswordAndExit2(string loki, string said)
    {
        using var cli = new CliHarness { Variables = { ["APETEST_LOKI"] = loki } };
        RunsOnDisk.Finished(cli);

        var result = await cli.RunAsync("logs");

        Assert.Equal((ExitCodes.Input, $"error: APETEST_LOKI is {said}\n  Set it like http://127.0.0.1:3100.\n"), (result.Code, result.Error));
    }

    [Fact]
    public async Task Logs_LokiThatRefuses_SaysWhatItSaidAndExits3()
    {
        using var cli = new CliHarness();
        RunsOnDisk.Finished(cli);
        await using var loki = await FakeLoki.StartAsync(Cancellation);
        loki.Refusal = "too many outstanding requests";
        cli.Variables["APETEST_LOKI"] = loki.Url.ToString();

        var result = await cli.RunAsync("logs");

        Assert.Equal(ExitCodes.Environment, result.Code);
        Assert.Contains("answered 400: too many outstanding requests", result.Error, StringComparison.Ordinal);
    }

    private static List<string> Lines(string text) => [.. text.Split('\n', StringSplitOptions.RemoveEmptyEntries)];

    private static void Add(FakeLoki loki, DateTimeOffset at, string message) =>
        loki.Add(at, message, ("service_name", "agent"), ("level", "info"), ("event", "e"), ("run", SummaryFixture.Run));

    /// <summary>Takes the lines from the run's files to Loki, as its OTLP endpoint keeps what services export.</summary>
    private static void Move(RunDirectory directory, FakeLoki loki)
    {
        foreach (var file in Directory.GetFiles(directory.Logs))
        {
            foreach (var line in File.ReadLines(file))
            {
                var fields = JsonNode.Parse(line)!.AsObject().ToDictionary(static field => field.Key, static field => field.Value!.ToString());
                loki.Add(DateTimeOffset.Parse(fields["ts"], System.Globalization.CultureInfo.InvariantCulture), fields["msg"],
                [
                    ("service_name", fields["service"]), ("severity_number", fields["level"] is "warn" ? "13" : "9"), ("severity_text", fields["level"] is "warn" ? "Warning" : "Information"),
                    .. fields.Where(static field => field.Key is not ("ts" or "msg" or "service")).Select(static field => (field.Key, field.Value)),
                ]);
            }
            File.Delete(file);
        }
    }

    private static Task<WebApplication> CollectorAsync(string status) => CollectorAsync(() => status);

    /// <summary>As much of a collector as is asked for: that it has one run, and how that stands.</summary>
    private static async Task<WebApplication> CollectorAsync(Func<string> status)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapGet("/" + ControlContract.RunsPath.TrimStart('/'), () => TypedResults.Json(
            [new RunListEntry(SummaryFixture.Run, "shop", status(), SummaryFixture.Full().Run.Started, 1, null)], RunsJson.Line.RunListEntryArray));
        app.MapGet($"/{ControlContract.RunsPath.TrimStart('/')}/{SummaryFixture.Run}", () =>
        {
            // What is asked for is whether it is over.
            var progress = JsonSerializer.SerializeToNode(new RunProgress { Run = SummaryFixture.Run, Scenario = "shop", Status = status() }, RunsJson.Line.RunProgress)!;
            return TypedResults.Text(progress.ToJsonString(), "application/json");
        });
        await app.StartAsync(Cancellation);
        return app;
    }
}
