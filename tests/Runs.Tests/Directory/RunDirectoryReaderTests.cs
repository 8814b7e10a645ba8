using System.Diagnostics;
using ApeTest.Runs.Directory;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Scenarios;

namespace ApeTest.Runs.Tests.Directory;

public sealed class RunDirectoryReaderTests : RunDirectoryFixture
{
    [Fact]
    public void StatusOf_KilledBetweenWriteAndRename_IsTheOldState()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        writer.WriteRun(Heart("running"));
        File.WriteAllText(directory.RunFile + ".tmp", """{"run":"2026""");

        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, Time).Status);
        writer.WriteRun(Heart("completed"));
        Assert.Equal("completed", RunDirectoryReader.StatusOf(directory, Time).Status);
    }

    [Fact]
    public async Task StatusOf_StaleHeartbeat_IsInterruptedOnlyWhenTheProcessIsGone()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        using var gone = Process.Start(new ProcessStartInfo("dotnet", "--version") { RedirectStandardOutput = true })!;
        await gone.WaitForExitAsync(TestContext.Current.CancellationToken);

        writer.WriteRun(Heart("running") with { Pid = gone.Id });
        Time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, Time).Status);
        Time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("interrupted", RunDirectoryReader.StatusOf(directory, Time).Status);

        writer.WriteRun(Heart("running") with { Heartbeat = TestRun.Started });
        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, Time).Status);
        writer.WriteRun(Heart("stopped") with { Pid = gone.Id, Heartbeat = TestRun.Started });
        Assert.Equal("stopped", RunDirectoryReader.StatusOf(directory, Time).Status);
    }

    [Fact]
    public void StatusOf_ProcessGoneOnThisMachine_IsInterruptedAtOnce()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        var own = Heart("running") with { PidStarted = RunProcess.OwnStart, Machine = RunProcess.Machine };

        writer.WriteRun(own);
        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, Time).Status);
        // Another process has the id by now, as after a long uptime or a reboot.
        writer.WriteRun(own with { PidStarted = "1" });
        Assert.Equal("interrupted", RunDirectoryReader.StatusOf(directory, Time).Status);
        writer.WriteRun(own with { Pid = int.MaxValue - 7 });
        Assert.Equal("interrupted", RunDirectoryReader.StatusOf(directory, Time).Status);
    }

    [Fact]
    public void StatusOf_ProcessOnAnotherMachine_IsToldByTheHeartbeat()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        // The id exists here, and says nothing about a process elsewhere.
        writer.WriteRun(Heart("running") with { PidStarted = "1", Machine = "elsewhere" });

        Assert.Equal("running", RunDirectoryReader.StatusOf(directory, Time).Status);
        Time.Advance(RunDirectoryReader.Stale + TimeSpan.FromSeconds(1));
        Assert.Equal("interrupted", RunDirectoryReader.StatusOf(directory, Time).Status);
    }

    [Fact]
    public void StatusOf_LivingProcessWithoutHeartbeat_IsSilent()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        writer.WriteRun(Heart("running") with { PidStarted = RunProcess.OwnStart, Machine = RunProcess.Machine });

        Assert.False(RunDirectoryReader.StatusOf(directory, Time).Silent);
        Time.Advance(RunDirectoryReader.Stale + TimeSpan.FromSeconds(1));
        Assert.Equal(new RunStatus("running", RunDirectoryReader.StatusOf(directory, Time).File) { Silent = true }, RunDirectoryReader.StatusOf(directory, Time));
    }

    [Fact]
    public void ReadProgress_OfAKilledRun_IsItsLastSecond()
    {
        var directory = RunDirectory.Create(Root, TestRun.Id);
        using var writer = Writer(directory);
        var run = new RunAggregate(TestRun.Plan(), "embedded", "partial");
        var recorder = TestRun.Recorder(TestRun.Plan(), Time);
        recorder.SessionStarted("buy-coffee", TimeSpan.Zero);
        recorder.SessionEnded(TestRun.Session(SessionOutcome.Succeeded), TimeSpan.FromSeconds(1), 2);
        run.Add(new Runs.Queue.RunState(TestRun.Id, "running", TestRun.Started, 0, 1, 1, [recorder.Drain(false)]));
        writer.WriteSummary(run.Summarize(TestRun.Started.AddSeconds(7)));
        writer.WriteRun(Heart("running") with { Pid = int.MaxValue - 7, Machine = RunProcess.Machine, Heartbeat = TestRun.Started.AddSeconds(8) });

        var progress = RunDirectoryReader.ReadProgress(directory, Time);

        Assert.Equal(("interrupted", 8.0, 1L, 1.0), (progress.Status, progress.ElapsedS, progress.Succeeded, progress.SuccessRate));
        Assert.Equal("running", RunDirectoryReader.ReadSummary(directory)!.Run.Status);
        Assert.Equal("interrupted", RunDirectoryReader.ReadSummary(directory, Time)!.Run.Status);
    }

    [Fact]
    public void Running_OfSeveralRuns_AreThoseThatGoOn()
    {
        foreach (var (id, status) in new[] { (TestRun.Id, "running"), ("20261122-000000-7f4b", "completed"), ("20261123-000000-0000", "queued") })
        {
            using var writer = Writer(RunDirectory.Create(Root, id));
            writer.WriteRun(Heart(status));
        }

        Assert.Equal(["20261123-000000-0000", TestRun.Id], RunDirectoryReader.Running(Root, Time).Select(run => run.Run));
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

        var entries = RunDirectoryReader.Entries(Root, Time).ToList();

        Assert.Equal([(TestRun.Id, "completed"), ("20261120-000000-aaaa", "interrupted")], entries.Select(entry => (entry.Run, entry.Status)));
        Assert.Empty(RunDirectoryReader.Entries(Temp.Combine("nowhere"), Time));
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
}
