using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>The feeds of a scenario while it is bound; also those that could not be read, so that one mistake is not reported twice.</summary>
internal sealed class Feeds
{
    private readonly Dictionary<string, FeedSpec?> _feeds = new(StringComparer.Ordinal);

    /// <summary>The feeds that were read.</summary>
    public ImmutableSortedDictionary<string, FeedSpec> Specs { get; private set; } =
        ImmutableSortedDictionary.Create<string, FeedSpec>(StringComparer.Ordinal);

    public void Add(string name, FeedSpec? feed) => _feeds[name] = feed;

    public void Close() => Specs = _feeds.Where(f => f.Value is not null)
        .ToImmutableSortedDictionary(f => f.Key, f => f.Value!, StringComparer.Ordinal);

    /// <summary>Binds <c>secrets</c> and redacts their columns in the resolved rows.</summary>
    public ImmutableArray<string> Secrets(ObjectReader root)
    {
        var secrets = ImmutableArray.CreateBuilder<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var rule = Rules.Text("user.password").Then(text => Check(text) is var (error, suggestion)
            ? Rules.Wrong<string>(error, suggestion)
            : seen.Add(text) ? text : Rules.Wrong<string>($"`{text}` is given twice", "Keep one of the two."));
        foreach (var (node, nodePath) in root.List("secrets", "[ user.password ]", out var resolved))
        {
            if (root.TryRead(node, nodePath, rule, out var secret))
            {
                secrets.Add(secret);
                resolved.Items.Add(new ResolvedScalar(secret, true, node.Origin.Label));
            }
        }
        Redact(root.Resolved, seen);
        return secrets.ToImmutable();
    }

    /// <summary>What is wrong with <c>feed.column</c>; null for nothing, and for a feed that is itself wrong.</summary>
    public (string Error, string? Suggestion)? Check(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0)
        {
            return ($"{Quote.Text(name)} names no column of a feed", Known() is { } known
                ? $"Write feed.column; there are: {known}."
                : "Declare a feed, for example `data: { user: { csv: users.csv } }`, and write feed.column.");
        }
        var feedName = name[..dot];
        if (!_feeds.TryGetValue(feedName, out var feed))
        {
            return ($"unknown feed {Quote.Text(feedName)} in {Quote.Text(name)}", Distances.Closest(feedName, _feeds.Keys) is { } close
                ? $"Did you mean `{close}{Quote.Plain(name[dot..])}`?"
                : _feeds.Count == 0 ? $"Declare it: `data: {{ {Quote.Plain(feedName)}: {{ csv: {Quote.Plain(feedName)}.csv }} }}`." : $"Feeds: {string.Join(", ", _feeds.Keys)}.");
        }
        var column = name[(dot + 1)..];
        if (feed is null || feed.Columns.Contains(column))
        {
            return null;
        }
        return ($"the feed `{feedName}` has no column {Quote.Text(column)}", Distances.Closest(column, feed.Columns) is { } near
            ? $"Did you mean `{feedName}.{near}`?"
            : $"Columns: {Quote.Plain(string.Join(", ", feed.Columns), 200)}.");
    }

    private string? Known() => _feeds.Count == 0 ? null : Quote.Plain(string.Join(", ", _feeds
        .SelectMany(f => f.Value is null ? [] : f.Value.Columns.Select(column => $"{f.Key}.{column}"))), 200);

    private static void Redact(ResolvedMapping root, HashSet<string> secrets)
    {
        if (root.Entries.FirstOrDefault(e => e.Key == "data").Value is not ResolvedMapping data)
        {
            return;
        }
        foreach (var (feed, value) in data.Entries)
        {
            if (value is ResolvedMapping mapping && mapping.Entries.FirstOrDefault(e => e.Key == "rows").Value is ResolvedSequence rows)
            {
                foreach (var row in rows.Items.OfType<ResolvedMapping>())
                {
                    for (var i = 0; i < row.Entries.Count; i++)
                    {
                        var (column, cell) = row.Entries[i];
                        if (secrets.Contains($"{feed}.{column}") && cell is ResolvedScalar scalar)
                        {
                            row.Entries[i] = (column, new ResolvedScalar(ResolvedScenario.Redacted, true, scalar.Source, "redacted"));
                        }
                    }
                }
            }
        }
    }
}
