using ApeTest.Cli.Execution;
using ApeTest.Runs.Summaries;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests;

public sealed class DatabaseWatchTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly TaskCompletionSource<RunSummary> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> _told = [];
    private long? _since;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Away_AndBack_IsToldOnceEachAndTheRunGoesOn()
    {
        var end = Watch(CancellationToken.None);
        _since = _time.GetTimestamp();
        await AdvanceAsync(() => _told.Count == 1);
        _since = null;
        await AdvanceAsync(() => _told.Count == 2);
        _completion.SetException(new InvalidOperationException("the end"));

        await Assert.ThrowsAsync<InvalidOperationException>(() => end.Within(Cancellation));
        Assert.Equal(["warning: the run queue's database db:5432/ape does not answer; the agents go on and report afterwards", "the run queue's database db:5432/ape answers again"], _told);
    }

    [Theory]
    [InlineData(false, 600)]
    [InlineData(true, 5)]
    public async Task Away_ForGood_IsGivenUp(bool aborted, int seconds)
    {
        _since = _time.GetTimestamp();
        var began = _time.GetTimestamp();

        var end = Watch(new CancellationToken(aborted));
        await AdvanceAsync(() => end.IsCompleted);

        Assert.Null(await end);
        Assert.True(_time.GetElapsedTime(began) > TimeSpan.FromSeconds(seconds));
    }

    private Task<RunSummary?> Watch(CancellationToken abort) =>
        new DatabaseWatch(() => _since is { } since ? _time.GetElapsedTime(since) : null, "db:5432/ape", _time, (_, text) => _told.Add(text)).UntilEndedAsync(_completion.Task, abort);

    private async Task AdvanceAsync(Func<bool> until)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        limit.CancelAfter(TestTimeouts.Default);
        while (!until())
        {
            limit.Token.ThrowIfCancellationRequested();
            _time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
    }
}
