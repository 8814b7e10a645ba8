using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Logs;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Targets.Schemas;
using ApeTest.Tests.Shared;

namespace ApeTest.EndToEnd.Tests;

/// <summary>The main job as users do it: <c>ape-test start --agents 20</c> in an empty directory.</summary>
public sealed class DemonstrationTests
{
    [Fact]
    public async Task Start_InAnEmptyDirectory_SucceedsAndProvesEachSuccessByOneOrder()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--agents", "20", "--duration", "5s");

        result.Exits(0);
        Assert.Contains("sample shop", result.Error, StringComparison.Ordinal);
        Assert.Contains("--target URL", result.Error, StringComparison.Ordinal);
        Assert.All(result.Out.Split('\n'), line => Assert.True(line.Length <= 80, line));
        Assert.StartsWith("Measured: ", result.Out.TrimEnd('\n').Split('\n').Last(line => !line.StartsWith(' ')), StringComparison.Ordinal);

        var run = await RunOnDisk.ReadAsync(directory);
        var sessions = run.Summary.Sessions;
        Assert.True(sessions.Succeeded > 0);
        Assert.True(sessions.Succeeded >= 0.95 * (sessions.Started - sessions.Aborted), result.Out);

        // Every claimed success has exactly one order with its trace id; every other order belongs to a session that did not succeed.
        Assert.Equal(sessions.Succeeded, run.Sessions.Count(session => session.Outcome is SessionOutcome.Succeeded));
        var orders = run.Traces("shop", "order.placed").CountBy(trace => trace).ToDictionary();
        foreach (var session in run.Sessions)
        {
            var count = orders.GetValueOrDefault(session.TraceId);
            if (session.Outcome is SessionOutcome.Succeeded)
            {
                Assert.True(count == 1, $"session {session.Session} succeeded with {count} orders");
            }
            orders.Remove(session.TraceId);
        }
        Assert.Empty(orders);
        Assert.Equal(run.Sessions.Count, run.Sessions.Select(session => session.TraceId).Distinct().Count());
    }

    [Fact]
    public async Task Start_AsJson_PrintsOneDocumentThatHoldsToTheSchema()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--agents", "2", "--iterations", "4", "--seed", "42", "--format", "json", "--out", "copy.json");

        result.Exits(0);
        using var document = JsonDocument.Parse(result.Out);
        await using var resource = typeof(RunSummary).Assembly.GetManifestResourceStream("summary.schema.json")!;
        using var schema = await JsonDocument.ParseAsync(resource, default, TestContext.Current.CancellationToken);
        Assert.Empty(SchemaChecker.Compile(schema.RootElement).Check(document.RootElement));
        Assert.Equal(4, document.RootElement.GetProperty("sessions").GetProperty("started").GetInt32());
        Assert.Equal(42, document.RootElement.GetProperty("run").GetProperty("seed").GetInt64());
        Assert.Equal(result.Out, await File.ReadAllTextAsync(directory.Combine("copy.json"), TestContext.Current.CancellationToken));
        Assert.Equal(result.Out.TrimEnd('\n'), (await File.ReadAllTextAsync((await RunOnDisk.ReadAsync(directory)).Directory.SummaryFile, TestContext.Current.CancellationToken)).TrimEnd('\n'));
    }

    [Fact]
    public async Task Logs_OfOneTrace_TellTheJourneyThroughAllServicesInOrderOfTime()
    {
        using var directory = new TempDirectory();
        (await ApeProcess.RunAsync(directory, "start", "--agents", "2", "--iterations", "2", "--quiet")).Exits(0);
        var run = await RunOnDisk.ReadAsync(directory);
        var trace = run.Sessions[0].TraceId;

        var result = (await ApeProcess.RunAsync(directory, "logs", "--grep", trace, "--format", "json")).Exits(0);

        var lines = result.Out.TrimEnd('\n').Split('\n').Select(line => LogLine.Parse(line)!).ToList();
        Assert.All(lines, line => Assert.Equal(trace, line.TraceId));
        Assert.Equal(["agent", "gateway", "llm-proxy", "shop"], lines.Select(line => line.Service).Distinct().Order());
        Assert.Equal(lines.Select(line => line.Ts).Order(), lines.Select(line => line.Ts));
        Assert.Contains(lines, line => line is { Service: "shop", Event: "order.placed" });
    }

    [Fact]
    public async Task Start_ThresholdThatCannotHold_Exits99AndSaysFail()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--agents", "1", "--iterations", "1", "--threshold", "mtba_active_p95 < 1us");

        result.Exits(99);
        Assert.Contains("FAIL  mtba_active_p95", result.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Quiet_SaysNothingOnStandardError()
    {
        using var directory = new TempDirectory();

        var result = await ApeProcess.RunAsync(directory, "start", "--iterations", "1", "--quiet");

        result.Exits(0);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Start_SameSeedTwice_GivesTheSamePlan()
    {
        using var first = new TempDirectory();
        using var second = new TempDirectory();
        string[] arguments = ["start", "--agents", "1", "--iterations", "2", "--seed", "7", "--quiet"];

        (await ApeProcess.RunAsync(first, arguments)).Exits(0);
        (await ApeProcess.RunAsync(second, arguments)).Exits(0);

        var one = await RunOnDisk.ReadAsync(first);
        var two = await RunOnDisk.ReadAsync(second);
        Assert.Equal(one.Summary.Run.DataSha256, two.Summary.Run.DataSha256);
        Assert.Equal(one.Sessions.Select(session => string.Join(' ', session.Actions.Select(action => action.Tool))),
            two.Sessions.Select(session => string.Join(' ', session.Actions.Select(action => action.Tool))));
    }
}
