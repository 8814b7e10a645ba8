using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Tests.Data;

public sealed class FeedCursorTests
{
    private const int Slots = 7;

    [Fact]
    public void Row_Sequential_IsTheOneOfSlotAndSession()
    {
        var cursor = Cursor(10, FeedOrder.Sequential, FeedEnd.Recycle);

        for (var session = 0; session < 5; session++)
        {
            for (var slot = 0; slot < Slots; slot++)
            {
                Assert.Equal((slot + (session * Slots)) % 10, cursor.Row(1, slot, session, Slots));
            }
        }
    }

    [Theory]
    [InlineData(1, 23)]
    [InlineData(7, 23)]
    [InlineData(50, 23)]
    [InlineData(120, 5000)]
    public void Row_SequentialThatStops_GivesEachRowOnceUnderTheSameIterations(int agents, int rows)
    {
        var cursor = Cursor(rows, FeedOrder.Sequential, FeedEnd.Stop);
        var plan = RunPlanner.Create(Loading.Yaml.Valid(Loading.Yaml.Minimal) with { Agents = agents, Iterations = FeedCursor.MostSessions(cursor.Feed, open: false) }, "run", 1);

        var taken = plan.Blocks().SelectMany(block => Enumerable.Range(block.FirstSlot, block.Count))
            .SelectMany(slot => Enumerable.Range(0, plan.IterationsOf(slot)!.Value).Select(session => cursor.Row(1, slot, session, agents)));

        Assert.Equal(Enumerable.Range(0, rows), taken.Order());
    }

    [Fact]
    public void Row_Unique_IsTheSlotsForAllItsSessions()
    {
        var cursor = Cursor(Slots, FeedOrder.Unique, FeedEnd.Stop);

        Assert.All(Enumerable.Range(0, Slots), slot => Assert.Equal([slot, slot, slot], new[] { 0, 1, 99 }.Select(session => cursor.Row(1, slot, session, Slots))));
        Assert.Equal(2, Cursor(5, FeedOrder.Unique, FeedEnd.Recycle).Row(1, 7, 0, Slots));
    }

    [Theory]
    [InlineData(FeedOrder.Sequential, 3, 1)]
    [InlineData(FeedOrder.Unique, 10, 0)]
    [InlineData(FeedOrder.Sequential, SessionRandom.Arrival, 10)]
    [InlineData(FeedOrder.Unique, SessionRandom.Arrival, 10)]
    public void Row_UsedUp_SaysWhatToDo(FeedOrder order, int slot, int session)
    {
        var exception = Assert.Throws<ApeTestException>(() => Cursor(10, order, FeedEnd.Stop).Row(1, slot, session, Slots));

        Assert.Contains("`user` has 10 rows and none left", exception.Message, StringComparison.Ordinal);
        Assert.Contains("onEnd: recycle", exception.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Row_Random_IsEvenAndByTheSeedSlotAndSession()
    {
        const int Count = 20_000;
        var cursor = Cursor(10, FeedOrder.Random, FeedEnd.Recycle);

        var rows = Enumerable.Range(0, Count).Select(i => cursor.Row(42, i % Slots, i / Slots, Slots)).ToList();

        // The number of slots has no part in it: more agents leave the others' rows as they are.
        Assert.Equal(rows, Enumerable.Range(0, Count).Select(i => cursor.Row(42, i % Slots, i / Slots, 50)));
        Assert.NotEqual(rows, Enumerable.Range(0, Count).Select(i => cursor.Row(43, i % Slots, i / Slots, Slots)));
        Assert.NotEqual(rows, Enumerable.Range(0, Count).Select(i => new FeedCursor("card", cursor.Feed).Row(42, i % Slots, i / Slots, Slots)));
        Assert.All(rows.CountBy(row => row), row => Assert.InRange(row.Value, Count / 10 * 0.9, Count / 10 * 1.1));
    }

    [Theory]
    [InlineData(FeedOrder.Sequential)]
    [InlineData(FeedOrder.Unique)]
    public void Row_OpenModel_IsByArrival(FeedOrder order) =>
        Assert.Equal([0, 1, 2, 3, 0, 1], Enumerable.Range(0, 6).Select(arrival => Cursor(4, order, FeedEnd.Recycle).Row(1, SessionRandom.Arrival, arrival, Slots)));

    [Fact]
    public void MostSlots_UniqueFeeds_AreLimitedByTheFewestRows()
    {
        var scenario = Loading.Yaml.Valid(Loading.Yaml.Minimal);
        Assert.Null(FeedCursor.MostSlots(scenario));

        var data = scenario.Data.Add("a", Cursor(9, FeedOrder.Unique, FeedEnd.Stop).Feed).Add("b", Cursor(5, FeedOrder.Unique, FeedEnd.Stop).Feed)
            .Add("c", Cursor(2, FeedOrder.Unique, FeedEnd.Recycle).Feed).Add("d", Cursor(1, FeedOrder.Sequential, FeedEnd.Stop).Feed);
        Assert.Equal(5, FeedCursor.MostSlots(scenario with { Data = data }));
    }

    [Fact]
    public void Row_LargeSessionNumbers_DoNotOverflow() =>
        Assert.Equal((int)((999L + (int.MaxValue * 1000L)) % 7), Cursor(7, FeedOrder.Sequential, FeedEnd.Recycle).Row(1, 999, int.MaxValue, 1000));

    private static FeedCursor Cursor(int rows, FeedOrder order, FeedEnd end) => new("user", new FeedSpec
    {
        Order = order,
        OnEnd = end,
        Columns = ["n"],
        Rows = [.. Enumerable.Range(0, rows).Select(i => (System.Collections.Immutable.ImmutableArray<string>)[$"{i}"])],
    });
}
