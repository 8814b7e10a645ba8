using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Tests.Shared;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Tests.Directory;

public sealed class RunDirectoryTests : RunDirectoryFixture
{
    [Fact]
    public void Create_ARun_IsPrivateWithAFreshToken()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        var other = RunDirectory.Create(Root, "20261121-131503-0000");

        Assert.Equal(TestRun.Id, directory.Run);
        Assert.True(System.IO.Directory.Exists(directory.Logs));
        Assert.Matches("^[0-9a-f]{64}$", directory.ReadToken());
        Assert.NotEqual(directory.ReadToken(), other.ReadToken());
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(directory.TokenFile));
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(directory.Path));
        }
    }

    [Fact]
    public void Create_WhereAFileIsInTheWay_IsAnEnvironmentError()
    {
        Temp.Write(".ape", "not a directory");

        var error = Assert.Throws<ApeTestException>(() => RunDirectory.Create(Root, TestRun.Id));

        Assert.Equal(ExitCodes.Environment, error.ExitCode);
        Assert.NotNull(error.Hint);
    }

    [Fact]
    public async Task AppendSession_BeyondTheRoomOfTranscripts_LeavesThemOutAndCounts()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        var told = TestRun.Session(SessionOutcome.Failed);
        told = told with
        {
            Turns = [new TurnRecord { N = 1, FirstCall = 1, Sent = [new PromptRecord("user", "Buy coffee.")] }],
            Actions = [told.Actions[0] with { Response = new ResponseRecord("{}") }],
        };
        DroppedCounts dropped;
        using (var writer = new RunDirectoryWriter(directory, new RunDirectoryLimits { TranscriptBytes = 1 }, static (_, _) => { }))
        {
            for (var i = 0; i < 3; i++)
            {
                writer.AppendSession(told);
            }
            dropped = writer.Dropped;
        }

        var read = new List<SessionRecord>();
        await foreach (var session in SessionLog.ReadAsync(directory, null, TestContext.Current.CancellationToken))
        {
            read.Add(session);
        }
        Assert.Equal([(false, "{}"), (true, null), (true, null)], read.Select(static session => (session.TranscriptDropped, session.Actions[0].Response?.Text)));
        Assert.Equal("Buy coffee.", read[0].Turns[0].Sent[0].Text);
        Assert.Equal((2, 0), (dropped.Transcripts, dropped.Total));
    }

    [Fact]
    public void SessionRecord_LineOfAnEarlierVersion_HasNoDecisions()
    {
        var line = JsonSerializer.Serialize(TestRun.Session(SessionOutcome.Failed), RunsJson.Line.SessionRecord);
        var older = line.Replace(",\"turns\":[],\"transcript_dropped\":false", string.Empty, StringComparison.Ordinal).Replace(",\"response\":null", string.Empty, StringComparison.Ordinal);
        Assert.NotEqual(line, older);

        var read = JsonSerializer.Deserialize(older, RunsJson.Line.SessionRecord)!;

        Assert.Empty(read.Turns);
        Assert.Equal(line, JsonSerializer.Serialize(read, RunsJson.Line.SessionRecord));
    }

    [Fact]
    public async Task AppendSession_Records_AreTheGoldenLines()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using (var writer = Writer(directory))
        {
            writer.AppendSession(TestRun.Session(SessionOutcome.Succeeded));
            writer.AppendSession(TestRun.Session(SessionOutcome.AgentError, "4-0") with { Actions = [], Evidence = [] });
        }

        Assert.Equal(TestRun.Golden("sessions.jsonl"), await File.ReadAllTextAsync(directory.SessionsFile, TestContext.Current.CancellationToken));
        var read = await SessionsAsync(directory, null);
        Assert.Equal(["3-2", "4-0"], read.Select(record => record.Session));
        Assert.Equal("o-17", read[0].Actions[0].Extracted["orderId"]);
        Assert.Equal(["4-0"], (await SessionsAsync(directory, SessionOutcome.AgentError)).Select(record => record.Session));
    }

    [Fact]
    public async Task SessionLog_TornLastLine_IsLeftOut()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using (var writer = Writer(directory))
        {
            writer.AppendSession(TestRun.Session(SessionOutcome.Failed));
        }
        await File.AppendAllTextAsync(directory.SessionsFile, """{"run":"2026""", TestContext.Current.CancellationToken);

        Assert.Single(await SessionsAsync(directory, null));
    }

    [Fact]
    public void AppendPoint_OfAnInterval_IsTheGoldenLine()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        var recorder = TestRun.Recorder(TestRun.Plan(), Time);
        recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
        recorder.Action(TestRun.Action(recorder, "checkout", 30));
        recorder.Action(TestRun.Action(recorder, "checkout", 50, 503, "http_503") with { BytesSent = 300, BytesReceived = 1200, NewConnection = true });
        recorder.Action(TestRun.Action(recorder, "list", 20, 0, "timeout", "GET"));
        recorder.SessionEnded(TestRun.Session(SessionOutcome.Succeeded), TimeSpan.FromSeconds(1), 2);
        using (var writer = Writer(directory))
        {
            writer.AppendPoint(TimePoint.Of(recorder.Drain(false).Metrics, TestRun.Started.AddSeconds(1), TimeSpan.FromSeconds(1), 3, 20, 5));
        }

        Assert.Equal(TestRun.Golden("timeseries.jsonl"), File.ReadAllText(directory.TimeseriesFile));
    }

    [Fact]
    public void TimePoint_OfManyOperations_NamesTheBusiestAndAddsUpTheRest()
    {
        var recorder = TestRun.Recorder(TestRun.Plan(), Time);
        for (var i = 0; i < 100; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                recorder.Action(TestRun.Action(recorder, $"op-{i:000}", i + 1));
            }
        }
        recorder.Action(TestRun.Action(recorder, "op-000", 1) with { Operation = default });

        var operations = TimePoint.Of(recorder.Drain(false).Metrics, TestRun.Started, TimeSpan.FromSeconds(1), 0, 0).Operations;

        Assert.Equal(Enumerable.Range(0, OperationPoint.Most).Select(i => $"op-{99 - i:000}").Append(MetricsDelta.Other), operations.Select(operation => operation.Operation));
        Assert.Equal((100 * 101 / 2) + 1, operations.Sum(operation => operation.Count));
        Assert.Equal(0.1, operations[0].P50);
    }

    [Fact]
    public void Histograms_WrittenAndCutOff_ReadUpToTheLastWholeBlock()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        var recorder = TestRun.Recorder(TestRun.Plan(), Time);
        recorder.Action(TestRun.Action(recorder, "checkout", 30));
        var metrics = recorder.Drain(false).Metrics;
        using (var writer = Writer(directory))
        {
            writer.AppendHistograms(TimeSpan.Zero, TimeSpan.FromSeconds(10), metrics);
            writer.AppendHistograms(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20), metrics);
        }

        var blocks = HistogramFile.Read(directory.HistogramsFile);
        Assert.Equal([10.0, 20.0], blocks.Select(block => block.To.TotalSeconds));
        Assert.Equal(["action", "http:checkout"], blocks[1].Histograms.Keys);
        Assert.Equal(TimeSpan.FromMilliseconds(30), blocks[1].Histograms["http:checkout"].Max);

        var bytes = File.ReadAllBytes(directory.HistogramsFile);
        File.WriteAllBytes(directory.HistogramsFile, bytes[..^1]);
        Assert.Single(HistogramFile.Read(directory.HistogramsFile));
        File.WriteAllBytes(directory.HistogramsFile, [1, 2, 3]);
        Assert.Throws<InvalidDataException>(() => HistogramFile.Read(directory.HistogramsFile));
    }

    [Fact]
    public void Append_BeyondTheCap_IsDroppedAndCounted()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = new RunDirectoryWriter(directory, new RunDirectoryLimits { SessionsBytes = 2000 }, Fail);
        for (var i = 0; i < 10; i++)
        {
            writer.AppendSession(TestRun.Session(SessionOutcome.Failed));
        }
        writer.WriteRun(Heart("running"));

        var kept = File.ReadAllLines(directory.SessionsFile).Length;
        Assert.InRange(kept, 1, 9);
        Assert.Equal(10 - kept, writer.Dropped.Sessions);
        Assert.Equal(10 - kept, RunDirectoryReader.StatusOf(directory, Time).File!.Dropped.Sessions);
        Assert.Empty(Failures);
    }

    [Fact]
    public void Write_DirectoryGone_IsToldOnceAndDoesNotThrow()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        System.IO.Directory.Delete(directory.Path, recursive: true);

        writer.WriteRun(Heart("running"));
        writer.AppendSession(TestRun.Session(SessionOutcome.Failed));
        writer.AppendPoint(TimePoint.Of(new(), TestRun.Started, TimeSpan.Zero, 0, 0));

        Assert.Equal([directory.RunFile], Failures);
        Assert.Equal(new DroppedCounts(1, 1, 0), writer.Dropped);
    }

    [Fact]
    public void Write_FullDisk_LeavesNoTornLineAndCountsIt()
    {
        Requires.That(File.Exists("/dev/full"), "there is no /dev/full");
        var directory = RunDirectory.Create(Root, TestRun.Id);
        File.CreateSymbolicLink(directory.SessionsFile, "/dev/full");
        using var writer = Writer(directory);

        writer.AppendSession(TestRun.Session(SessionOutcome.Failed));
        writer.AppendSession(TestRun.Session(SessionOutcome.Failed));

        Assert.Equal([directory.SessionsFile], Failures);
        Assert.Equal(2, writer.Dropped.Sessions);
    }

    [Fact]
    public async Task WriteRun_ReadAllTheWhile_IsNeverTorn()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        writer.WriteRun(Heart("running"));
        using var done = new CancellationTokenSource();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = Task.Run(() =>
        {
            var reads = 0;
            while (!done.IsCancellationRequested)
            {
                // A kill at any moment leaves what a read at that moment sees.
                Assert.NotNull(JsonSerializer.Deserialize(File.ReadAllBytes(directory.RunFile), RunsJson.Line.RunFile));
                reads++;
                begun.TrySetResult();
            }
            return reads;
        }, TestContext.Current.CancellationToken);
        await Task.WhenAny(begun.Task, reading);

        for (var i = 0; i < 2000; i++)
        {
            writer.WriteRun(Heart("running") with { Scenario = new string('x', i) });
        }
        await done.CancelAsync();

        Assert.True(await reading > 0);
        Assert.Empty(Failures);
    }

    [Fact]
    public void WriteSummary_ThenRead_IsTheSame()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        Assert.Null(RunDirectoryReader.ReadSummary(directory));

        writer.WriteSummary(new RunAggregate(TestRun.Plan(), "embedded", "partial").Summarize(TestRun.Started));

        Assert.Equal(TestRun.Id, RunDirectoryReader.ReadSummary(directory)!.Run.Id);
    }

    private static async Task<List<SessionRecord>> SessionsAsync(RunDirectory directory, SessionOutcome? outcome)
    {
        var records = new List<SessionRecord>();
        await foreach (var record in SessionLog.ReadAsync(directory, outcome, TestContext.Current.CancellationToken))
        {
            records.Add(record);
        }
        return records;
    }
}
