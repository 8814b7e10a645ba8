using System.Text.Json;
using ApeTest.Cli.Tests;
using ApeTest.Observability.Reports;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Records;
using ApeTest.Tests.Shared;

namespace ApeTest.Observability.Tests.Reports;

public sealed class RunReportReaderTests : IDisposable
{
    private readonly TempDirectory _temp = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _temp.Dispose();

    [Fact]
    public async Task Read_WholeRun_HasNoProblems()
    {
        var directory = Run("completed");
        Write(directory.TimeseriesFile, ReportFixture.Points(5).Select(static point => JsonSerializer.Serialize(point, RunsJson.Line.TimePoint)));
        Write(directory.SessionsFile, [Line("1-0", SessionOutcome.Failed), Line("2-0", SessionOutcome.Succeeded)]);
        File.WriteAllText(directory.ScenarioFile, "name: x\ntarget: { url: \"http://127.0.0.1:1/\" }\nllm: { model: builtin/planner }\ngoals: [ { name: a, goal: buy, success: \"x=200\" } ]\n");

        var report = await ReadAsync(directory);

        Assert.Empty(report.Problems);
        Assert.Equal(5, report.Points.Length);
        Assert.Equal("1-0", Assert.Single(report.Sessions.Failed).Session);
        Assert.Equal("2-0", Assert.Single(report.Sessions.Slowest).Session);
        Assert.Equal("http://127.0.0.1:1/", report.Target);
        Assert.Equal("builtin/planner", report.Model);
        Assert.Equal(ReportFixture.Points(5)[4].MtbaParts, report.Points[4].MtbaParts);
    }

    [Fact]
    public async Task Read_KilledRunWithTornFiles_IsReadAsFarAsItGoesAndSaysSo()
    {
        var directory = Run("running");
        File.WriteAllText(directory.SessionsFile, Line("1-0", SessionOutcome.Failed) + "\n" + Line("2-0", SessionOutcome.Failed)[..40]);
        File.WriteAllText(directory.TimeseriesFile, JsonSerializer.Serialize(ReportFixture.Points(1)[0], RunsJson.Line.TimePoint) + "\n{\"t\":2,\"at\"");
        File.WriteAllBytes(directory.ScenarioFile, [0xff, 0xfe, 0x00]);

        var report = await ReadAsync(directory);

        Assert.Contains(report.Problems, static problem => problem.Contains("process ended before the run did", StringComparison.Ordinal));
        Assert.Equal("interrupted", report.Summary.Run.Status);
        Assert.Single(report.Points);
        Assert.Single(report.Sessions.Failed);
        Assert.Contains("This report is not complete", await HtmlAsync(report), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "There is no summary.json")]
    [InlineData("{\"schema\":", "summary.json is damaged")]
    [InlineData("null", "summary.json is damaged")]
    public async Task Read_SummaryMissingOrDamaged_ShowsTheRest(string? content, string problem)
    {
        var directory = Run("completed");
        File.Delete(directory.SummaryFile);
        if (content is not null)
        {
            File.WriteAllText(directory.SummaryFile, content);
        }
        Write(directory.SessionsFile, [Line("1-0", SessionOutcome.Failed)]);

        var report = await ReadAsync(directory);

        Assert.Contains(report.Problems, said => said.StartsWith(problem, StringComparison.Ordinal));
        Assert.Single(report.Sessions.Failed);
        Assert.Contains("shop-checkout", await HtmlAsync(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_EmptyDirectory_StillRenders()
    {
        var directory = RunDirectory.Create(_temp.Path, SummaryFixture.Run);

        var report = await ReadAsync(directory);

        Assert.Equal(2, report.Problems.Length);
        Assert.Contains("Nothing was judged", await HtmlAsync(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Read_TwentyThousandSessions_KeepsFewAndCountsTheRest()
    {
        var directory = Run("completed");
        Write(directory.SessionsFile, Enumerable.Range(0, 20_000).Select(static i => Line($"{i}-0", i % 2 == 0 ? SessionOutcome.Failed : SessionOutcome.Succeeded)));

        var report = await ReadAsync(directory);

        Assert.Equal(20_000, report.Sessions.Kept);
        Assert.Equal(10_000, report.Sessions.Failed.Length + report.Sessions.FailedLeftOut);
        Assert.InRange(report.Sessions.Failed.Length + report.Sessions.Slowest.Length, 1, SessionChoice.Most);
        Assert.Equal(10_000, report.Reasons[0].Count);
        await ReportFile.WriteAsync(directory, TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.InRange(new FileInfo(directory.ReportFile).Length, 10_000, 20_000_000);
        Assert.Empty(Directory.EnumerateFiles(directory.Path, "*.tmp"));
    }

    [Fact]
    public async Task Read_SampledSessionsWithoutTheirTranscript_IsANoteAtTheSessionsAndNoProblem()
    {
        var directory = Run("completed");
        var file = JsonSerializer.Deserialize(await File.ReadAllTextAsync(directory.RunFile, Cancellation), RunsJson.Line.RunFile)!;
        await File.WriteAllTextAsync(directory.RunFile, JsonSerializer.Serialize(file with { Dropped = new DroppedCounts(0, 0, 0) { Transcripts = 759 } }, RunsJson.Indented.RunFile), Cancellation);
        Write(directory.SessionsFile, [Line("2-0", SessionOutcome.Succeeded)]);

        var report = await ReadAsync(directory);
        var html = await HtmlAsync(report);

        Assert.Empty(report.Problems);
        Assert.Equal(759, report.TranscriptsLeftOut);
        Assert.DoesNotContain("This report is not complete", html, StringComparison.Ordinal);
        Assert.Contains("Of 759 sessions what the model was sent and said", html, StringComparison.Ordinal);
    }

    private RunDirectory Run(string status)
    {
        var directory = RunDirectory.Create(_temp.Path, SummaryFixture.Run);
        var summary = SummaryFixture.Full();
        summary = summary with { Generator = summary.Generator with { RecordsDropped = 0 }, Run = summary.Run with { Status = status } };
        File.WriteAllText(directory.SummaryFile, JsonSerializer.Serialize(summary, RunsJson.Indented.RunSummary));
        File.WriteAllText(directory.RunFile, JsonSerializer.Serialize(new RunFile
        {
            Run = SummaryFixture.Run, Scenario = "shop-checkout", Status = status, Pid = int.MaxValue - 7,
            Started = summary.Run.Started, Heartbeat = summary.Run.Started!.Value + TimeSpan.FromSeconds(12), Agents = 20,
        }, RunsJson.Indented.RunFile));
        return directory;
    }

    private static string Line(string id, SessionOutcome outcome) => JsonSerializer.Serialize(ReportFixture.Session(id, outcome, "check: total was 0"), RunsJson.Line.SessionRecord);

    private static void Write(string path, IEnumerable<string> lines) => File.WriteAllText(path, string.Concat(lines.Select(static line => line + "\n")));

    private static Task<RunReport> ReadAsync(RunDirectory directory) => RunReportReader.ReadAsync(directory, TimeProvider.System, TestContext.Current.CancellationToken);

    private static async Task<string> HtmlAsync(RunReport report)
    {
        await using var output = new StringWriter();
        await HtmlReport.WriteAsync(report, output);
        return output.ToString();
    }
}
