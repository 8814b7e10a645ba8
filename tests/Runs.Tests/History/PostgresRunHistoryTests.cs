using System.Text.Json;
using ApeTest.Runs.History;
using ApeTest.Runs.Json;
using ApeTest.Runs.Queue;
using ApeTest.Runs.Records;
using ApeTest.Runs.Summaries;
using ApeTest.Runs.Tests.Queue;
using ApeTest.Runs.Tests.Summaries;
using ApeTest.Tests.Shared;

namespace ApeTest.Runs.Tests.History;

public sealed class PostgresRunHistoryTests : IAsyncLifetime
{
    private const string Other = "20261121-131602-0001";

    private QueueOnPostgres? _test;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private QueueOnPostgres Test => _test!;

    private PostgresRunHistory History => Test.Queue.History;

    public async ValueTask InitializeAsync() => _test = await QueueOnPostgres.StartAsync(await PostgresServer.SharedAsync(Cancellation), Cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_test is not null)
        {
            await _test.DisposeAsync();
        }
    }

    [Fact]
    public async Task Save_Twice_KeepsTheLaterOnce()
    {
        await History.SaveAsync(Summary(TestRun.Id), "name: first", Cancellation);
        var later = Summary(TestRun.Id, SessionOutcome.Succeeded, SessionOutcome.Failed);
        await History.SaveAsync(later, "name: second", Cancellation);

        Assert.Equal(JsonSerializer.Serialize(later, RunsJson.Line.RunSummary), JsonSerializer.Serialize(await History.SummaryAsync(TestRun.Id, Cancellation), RunsJson.Line.RunSummary));
        var expected = new RunHistoryEntry(TestRun.Id, "shop-checkout", "completed", TestRun.Started, 20, 20, true);
        Assert.Equal([expected], await History.ListAsync(10, Cancellation));
        Assert.Equal(expected with { ResolvedScenario = "name: second" }, await History.FindAsync(TestRun.Id, Cancellation));
    }

    [Fact]
    public async Task List_RunsUnderWayAndEnded_NewestFirstAndBounded()
    {
        await History.SaveAsync(Summary(TestRun.Id), "name: first", Cancellation);
        await Test.Queue.SubmitAsync(TestRun.Plan(30, Other), Cancellation);

        Assert.Equal([new RunHistoryEntry(Other, "shop-checkout", "queued", null, 30, null, false)], await History.ListAsync(1, Cancellation));
        await Test.Queue.ClaimAsync("w1", Cancellation);
        Assert.Equal([(Other, "running"), (TestRun.Id, "completed")], (await History.ListAsync(10, Cancellation)).Select(run => (run.Run, run.Status)));
        Assert.Null((await History.FindAsync(Other, Cancellation))!.ResolvedScenario);
    }

    [Fact]
    public async Task Unfinished_UntilTheSummaryIsKept_HasTheRun()
    {
        await Test.Queue.SubmitAsync(TestRun.Plan(), Cancellation);
        await Test.Queue.SubmitAsync(TestRun.Plan(20, Other), Cancellation);
        await Test.Queue.SignalAsync(TestRun.Id, new RunSignal(RunSignalKind.Stop), Cancellation);

        Assert.Equal([TestRun.Id, Other], await History.UnfinishedAsync(Cancellation));
        await History.SaveAsync(Summary(TestRun.Id), "name: first", Cancellation);
        Assert.Equal([Other], await History.UnfinishedAsync(Cancellation));
    }

    [Fact]
    public async Task Delete_OfARun_ForgetsIt_UnlessItIsUnderWay()
    {
        await Test.Queue.SubmitAsync(TestRun.Plan(), Cancellation);
        Assert.False(await History.DeleteAsync(TestRun.Id, Cancellation));
        await Test.Queue.SignalAsync(TestRun.Id, new RunSignal(RunSignalKind.Stop), Cancellation);
        await History.SaveAsync(Summary(TestRun.Id), "name: first", Cancellation);

        Assert.True(await History.DeleteAsync(TestRun.Id, Cancellation));

        Assert.False(await History.DeleteAsync(TestRun.Id, Cancellation));
        Assert.Null(await History.FindAsync(TestRun.Id, Cancellation));
        Assert.Null(await History.SummaryAsync(TestRun.Id, Cancellation));
        Assert.Equal(0, await Test.ScalarAsync<long>("select count(*) from apetest.blocks", Cancellation));
    }

    [Fact]
    public async Task Save_OfARunThatGoesOn_Throws()
    {
        var summary = Summary(TestRun.Id);

        await Assert.ThrowsAsync<ArgumentException>(() => History.SaveAsync(summary with { Run = summary.Run with { Status = "running" } }, "", Cancellation));
    }

    /// <summary>The final summary of a run of known figures.</summary>
    internal static RunSummary Summary(string run, params SessionOutcome[] outcomes)
    {
        var summary = KnownRuns.Of(new FakeTimeProvider(), [.. outcomes.Select(outcome => (outcome, 1))]);
        return summary with { Run = summary.Run with { Id = run } };
    }
}
