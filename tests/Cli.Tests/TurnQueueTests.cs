using ApeTest.Cli.Execution.Turns;
using ApeTest.Scenarios;
using ApeTest.Scenarios.Model;
using ApeTest.Tests.Shared;

namespace ApeTest.Cli.Tests;

/// <summary>Who waits for whom.</summary>
public sealed class TurnQueueTests : IDisposable
{
    private readonly TempDirectory _directory = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Enter_ThreeAfterEachOther_HaveTheirTurnsInThatOrder()
    {
        var queue = Queue();
        using var first = await queue.EnterAsync(Ticket("c"), waits: true, Token);
        using var second = await queue.EnterAsync(Ticket("b"), waits: true, Token);
        using var third = await queue.EnterAsync(Ticket("a"), waits: true, Token);

        Assert.Empty(await first.BeforeAsync(Token));
        Assert.Equal(["c"], Runs(await second.BeforeAsync(Token)));
        Assert.Equal(["c", "b"], Runs(await third.BeforeAsync(Token)));
        first.Dispose();
        Assert.Empty(await second.BeforeAsync(Token));
        Assert.Equal(["b"], Runs(await third.BeforeAsync(Token)));
    }

    [Fact]
    public async Task Enter_WithoutWaiting_IsWaitedForByAllOthers()
    {
        var queue = Queue();
        using var waiting = await queue.EnterAsync(Ticket("a"), waits: true, Token);
        using var plain = await queue.EnterAsync(Ticket("b"), waits: false, Token);

        Assert.Empty(await plain.BeforeAsync(Token));
        Assert.Equal(["b"], Runs(await waiting.BeforeAsync(Token)));
    }

    [Fact]
    public async Task Before_TicketThatNobodyHolds_IsPassedOverAndRemoved()
    {
        var queue = Queue();
        using (await queue.EnterAsync(Ticket("a"), waits: true, Token))
        {
            // As a killed process leaves it: the files are there, the lock is not.
            File.Copy(Assert.Single(Directory.GetFiles(_directory.Combine("queue"), "*-a.json")), _directory.Combine("queue/000000000000-dead.json"));
            await File.WriteAllTextAsync(_directory.Combine("queue/000000000000-dead"), "", Token);
        }
        using var next = await queue.EnterAsync(Ticket("b"), waits: true, Token);

        Assert.Empty(await next.BeforeAsync(Token));
        Assert.False(File.Exists(_directory.Combine("queue/000000000000-dead")));
        Assert.False(File.Exists(_directory.Combine("queue/000000000000-dead.json")));
    }

    [Fact]
    public async Task Enter_ManyAtOnce_EachHasAPlaceOfItsOwn()
    {
        var queue = Queue();

        var turns = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Task.Run(() => queue.EnterAsync(Ticket($"r{i}"), waits: true, Token), Token)));

        var before = new List<int>();
        foreach (var turn in turns)
        {
            before.Add((await turn.BeforeAsync(Token)).Count);
        }
        Assert.Equal(Enumerable.Range(0, 20), before.Order());
        foreach (var turn in turns)
        {
            turn.Dispose();
        }
        // Nothing is left of a queue that nobody stands in: nearly every target of a test run has a port of its own.
        Assert.Equal(["gate"], Directory.GetFileSystemEntries(_directory.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Enter_FolderThatCannotBe_SaysSo()
    {
        await File.WriteAllTextAsync(_directory.Combine("file"), "", Token);
        var queue = new TurnQueue(_directory.Combine("file/queue"), TimeProvider.System);

        var exception = await Assert.ThrowsAsync<ApeTestException>(() => queue.EnterAsync(Ticket("a"), waits: true, Token));

        Assert.Equal(3, exception.ExitCode);
        Assert.Contains("XDG_STATE_HOME", exception.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://localhost:5080/", "http://127.0.0.1:5080/api", true)]
    [InlineData("http://Shop.test/", "http://shop.test:80/x", true)]
    [InlineData("http://127.0.0.1:5080/", "http://127.0.0.1:5081/", false)]
    [InlineData("http://shop.test/", "https://shop.test/", false)]
    public void TurnTarget_TwoUrls_AreOneServerOrTwo(string one, string other, bool same)
        => Assert.Equal(same, Target(one).Folder == Target(other).Folder);

    [Fact]
    public void TurnTarget_OfASampleThatTheCommandBringsUp_IsTheSampleWhateverItsPort()
    {
        var first = TurnTarget.Of(Scenario("http://127.0.0.1:1/"), isDemonstration: true);
        var second = TurnTarget.Of(Scenario("http://127.0.0.1:2/"), isDemonstration: true);

        Assert.Equal(first.Key, second.Key);
        Assert.Equal("the sample shop", first.Shown);
    }

    private static TurnTarget Target(string url) => TurnTarget.Of(Scenario(url), isDemonstration: false);

    private static Scenario Scenario(string url) => new() { Name = "shop", Target = new TargetSpec { Url = new Uri(url) } };

    private static IEnumerable<string> Runs(IReadOnlyList<TurnTicket> tickets) => tickets.Select(static ticket => ticket.Run);

    private static TurnTicket Ticket(string run) => new(run, "shop", "/somewhere", 1);

    private TurnQueue Queue() => new(_directory.Combine("queue"), TimeProvider.System);
}
