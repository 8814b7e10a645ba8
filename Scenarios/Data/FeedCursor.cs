using System.Collections.Immutable;
using ApeTest.Scenarios.Model;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Data;

/// <summary>
/// Which row of a feed a session takes: (slot + session x slots) mod rows, so that slots do not meet before the rows are used up. In the
/// open model arrival i takes row i mod rows.
/// </summary>
public static class FeedCursor
{
    /// <summary>Row number from 0.</summary>
    /// <param name="slot">Slot from 0; <see cref="SessionRandom.Arrival"/> where <paramref name="session"/> is an arrival.</param>
    /// <param name="session">Session of the slot from 0.</param>
    /// <param name="slots">Slots of the run.</param>
    /// <param name="rows">Rows of the feed, at least 1.</param>
    public static int Row(int slot, int session, int slots, int rows) =>
        slot == SessionRandom.Arrival ? session % rows : (int)((slot + ((long)session * slots)) % rows);

    /// <summary>The row of a session.</summary>
    public static DataRow Of(FeedSpec feed, int slot, int session, int slots) =>
        new(feed.Columns, feed.Rows[Row(slot, session, slots, feed.Rows.Length)]);
}

/// <summary>One row of a feed.</summary>
/// <param name="Columns">Column names.</param>
/// <param name="Cells">Values, one per column.</param>
public readonly record struct DataRow(ImmutableArray<string> Columns, ImmutableArray<string> Cells)
{
    /// <summary>Value of a column; null where there is no such column.</summary>
    public string? this[string column] => Columns.IndexOf(column) is >= 0 and var index ? Cells[index] : null;
}
