using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>
/// A feed that stops when its rows are used up limits the sessions of the run, as <c>iterations</c> does: sessions take rows in the order
/// in which iterations are shared out over slots, so that the two limits are the same.
/// </summary>
internal static class RowLimit
{
    /// <summary>The iterations, at most as many as the rows of each feed that stops.</summary>
    public static int? Apply(ObjectReader root, ImmutableSortedDictionary<string, FeedSpec> feeds, int? iterations, bool open)
    {
        foreach (var (name, feed) in feeds)
        {
            if (FeedCursor.MostSessions(feed, open) is not { } rows || rows >= iterations)
            {
                continue;
            }
            root.Context.Notes.Add(iterations is null
                ? $"data.{name} stops after its {rows} rows: at most {rows} sessions."
                : $"data.{name} stops after its {rows} rows: {rows} sessions instead of {iterations}.");
            iterations = rows;
            var at = (root.Take("data") as MappingNode)?[name]?.Origin ?? default;
            root.Resolved.Replace("iterations", new ResolvedScalar(rows.ToString(CultureInfo.InvariantCulture), false, at.Label, $"rows of data.{name}, which stops"));
        }
        return iterations;
    }
}
