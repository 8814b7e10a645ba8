using System.Diagnostics;
using System.Text.Json;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Json;
using ApeTest.Runs.Recording;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.Directory;

public sealed class RunDirectoryTests : IDisposable
{
    private readonly TempDirectory _temp = new();
    private readonly FakeTimeProvider _time = new(TestRun.Started);
    private readonly List<string> _failures = [];

    private string Root => RunDirectory.RunsRoot(_temp.Path);

    public void Dispose() => _temp.Dispose();

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
        _temp.Write(".ape", "not a directory");

        var error = Assert.Throws<ApeTestException>(() => RunDirectory.Create(Root, TestRun.Id));

        Assert.Equal(ExitCodes.Environment, error.ExitCode);
        Assert.NotNull(error.Hint);
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
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
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
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
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
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
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
        Assert.Equal(10 - kept, RunDirectoryReader.StatusOf(directory, _time).File!.Dropped.Sessions);
        Assert.Empty(_failures);
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

        Assert.Equal([directory.RunFile], _failures);
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

        Assert.Equal([directory.SessionsFile], _failures);
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
        Assert.Empty(_failures);
    }

    [Fact]
    public void StatusOf_KilledBetweenWriteAndRename_IsTheOldState()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        writer.WriteRun(Heart("running"));
        File.WriteAllText(directory.RunFile + ".tmp", """{"run":"2026""");

        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, _time).Status);
        writer.WriteRun(Heart("completed"));
        Assert.Equal("completed", RunDirectoryReader.StatusOf(directory, _time).Status);
    }

    [Fact]
    public async Task StatusOf_StaleHeartbeat_IsInterruptedOnlyWhenTheProcessIsGone()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        using var gone = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        await gone.WaitForExitAsync(TestContext.Current.CancellationToken);

        writer.WriteRun(Heart("running") with { Pid = gone.Id });
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, _time).Status);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("interrupted", RunDirectoryReader.StatusOf(directory, _time).Status);

        writer.WriteRun(Heart("running") with { Heartbeat = TestRun.Started });
        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, _time).Status);
        writer.WriteRun(Heart("stopped") with { Pid = gone.Id, Heartbeat = TestRun.Started });
        Assert.Equal("stopped", RunDirectoryReader.StatusOf(directory, _time).Status);
    }

    [Fact]
    public void StatusOf_ProcessGoneOnThisMachine_IsInterruptedAtOnce()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        var own = Heart("running") with { PidStarted = RunProcess.OwnStart, Machine = RunProcess.Machine };

        writer.WriteRun(own);
        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, _time).Status);
        // Another process has the id by now, as after a long uptime or a reboot.
        writer.WriteRun(own with { PidStarted = "1" });
        Assert.Equal("interrupted", RunDirectoryReader.StatusOf(directory, _time).Status);
        writer.WriteRun(own with { Pid = int.MaxValue - 7 });
        Assert.Equal("interrupted", RunDirectoryReader.StatusOf(directory, _time).Status);
    }

    [Fact]
    public void StatusOf_ProcessOnAnotherMachine_IsToldByTheHeartbeat()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        // The id exists here, and says nothing about a process elsewhere.
        writer.WriteRun(Heart("running") with { PidStarted = "1", Machine = "elsewhere" });

        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, _time).Status);
        _time.Advance(RunDirectoryReader.Stale + TimeSpan.FromSeconds(1));
        Assert.Equal("interrupted", RunDirectoryReader.StatusOf(directory, _time).Status);
    }

    [Fact]
    public void StatusOf_LivingProcessWithoutHeartbeat_IsSilent()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        writer.WriteRun(Heart("running") with { PidStarted = RunProcess.OwnStart, Machine = RunProcess.Machine });

        Assert.False(RunDirectoryReader.StatusOf(directory, _time).Silent);
        _time.Advance(RunDirectoryReader.Stale + TimeSpan.FromSeconds(1));
        Assert.Equal(new RunStatus("running", RunDirectoryReader.StatusOf(directory, _time).File) { Silent = true }, RunDirectoryReader.StatusOf(directory, _time));
    }

    [Fact]
    public void ReadProgress_OfAKilledRun_IsItsLastSecond()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        var run = new RunAggregate(TestRun.Plan(), "embedded", "partial");
        var recorder = TestRun.Recorder(TestRun.Plan(), _time);
        recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
        recorder.SessionEnded(TestRun.Session(SessionOutcome.Succeeded), TimeSpan.FromSeconds(1), 2);
        run.Add(new Runs.Queue.RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, [recorder.Drain(false)]));
        writer.WriteSummary(run.Summarize(TestRun.Started.AddSeconds(7)));
        writer.WriteRun(Heart("running") with { Pid = int.MaxValue - 7, Machine = RunProcess.Machine, Heartbeat = TestRun.Started.AddSeconds(8) });

        var progress = RunDirectoryReader.ReadProgress(directory, _time);

        Assert.Equal(("interrupted", 8.0, 1L, 1.0), (progress.Status, progress.ElapsedS, progress.Succeeded, progress.SuccessRate));
        Assert.Equal("running", RunDirectoryReader.ReadSummary(directory)!.Run.Status);
        Assert.Equal("interrupted", RunDirectoryReader.ReadSummary(directory, _time)!.Run.Status);
    }

    [Fact]
    public void Running_OfSeveralRuns_AreThoseThatGoOn()
    {
        foreach (var (id, status) in new[] { (TestRun.Id, "running"), ("20261122-000000-7f4b", "completed"), ("20261123-000000-0000", "queued") })
        {
            using var writer = Writer(RunDirectory.Create(Root, id));
            writer.WriteRun(Heart(status));
        }

        Assert.Equal(["20261123-000000-0000", TestRun.Id], RunDirectoryReader.Running(Root, _time).Select(run => run.Run));
    }

    [Fact]
    public void Entries_SeveralRuns_AreNewestFirst()
    {
        RunDirectory.Create(Root, "20261120-000000-aaaa");
        using (var writer = Writer(RunDirectory.Create(Root, TestRun.Id)))
        {
            writer.WriteRun(Heart("completed"));
        }
        System.IO.Directory.CreateDirectory(Path.Combine(Root, "not-a-run"));

        var entries = RunDirectoryReader.Entries(Root, _time).ToList();

        Assert.Equal([(TestRun.Id, "completed"), ("20261120-000000-aaaa", "interrupted")], entries.Select(entry => (entry.Run, entry.Status)));
        Assert.Empty(RunDirectoryReader.Entries(_temp.Combine("nowhere"), _time));
    }

    [Theory]
    [InlineData(null, "20261122-000000-7f4b")]
    [InlineData("latest", "20261122-000000-7f4b")]
    [InlineData("7f3a", TestRun.Id)]
    [InlineData("7f4", "20261122-000000-7f4b")]
    [InlineData("20261121", TestRun.Id)]
    [InlineData(TestRun.Id, TestRun.Id)]
    public void Find_ByIdPrefixOrLatest_FindsTheRun(string? text, string run)
    {
        RunDirectory.Create(Root, TestRun.Id);
        RunDirectory.Create(Root, "20261122-000000-7f4b");

        Assert.Equal(run, RunDirectoryReader.Find(Root, text).Run);
    }

    [Theory]
    [InlineData("7f39", "There is no run 7f39.", TestRun.Id)]
    [InlineData("7f", "7f names 2 runs.", "20261122-000000-7f4b")]
    public void Find_UnknownOrAmbiguous_ListsTheNearest(string text, string message, string named)
    {
        RunDirectory.Create(Root, TestRun.Id);
        RunDirectory.Create(Root, "20261122-000000-7f4b");
        RunDirectory.Create(Root, "20261123-000000-0000");

        var error = Assert.Throws<ApeTestException>(() => RunDirectoryReader.Find(Root, text));

        Assert.Equal((message, ExitCodes.Input), (error.Message, error.ExitCode));
        Assert.Contains(named, error.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_NoRuns_SaysHowToStartOne()
    {
        var error = Assert.Throws<ApeTestException>(() => RunDirectoryReader.Find(Root, null));

        Assert.Equal(ExitCodes.Input, error.ExitCode);
        Assert.Contains("ape-test start", error.Hint, StringComparison.Ordinal);
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

    private RunFile Heart(string status) => new()
    {
        Run = TestRun.Id,
        Scenario = "shop-checkout",
        Status = status,
        Pid = Environment.ProcessId,
        Started = TestRun.Started,
        Heartbeat = _time.GetUtcNow(),
        Agents = 20,
    };

    private RunDirectoryWriter Writer(RunDirectory directory) => new(directory, new RunDirectoryLimits(), Fail);

    private void Fail(string file, Exception error) => _failures.Add(file);
}
