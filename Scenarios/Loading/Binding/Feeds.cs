using System.Collections.Immutable;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Data.Generators;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>The feeds of a scenario while it is bound; also those that could not be read, so that one mistake is not reported twice.</summary>
internal sealed class Feeds(IReadOnlyDictionary<string, string> environment)
{
    private readonly Dictionary<string, FeedSpec?> _feeds = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _variables = new(StringComparer.Ordinal);

    /// <summary>The feeds that were read.</summary>
    public ImmutableSortedDictionary<string, FeedSpec> Specs { get; private set; } =
        ImmutableSortedDictionary.Create<string, FeedSpec>(StringComparer.Ordinal);

    /// <summary>Variables that the scenario's texts name, with their values.</summary>
    public ImmutableSortedDictionary<string, string> Environment => _variables.ToImmutableSortedDictionary(StringComparer.Ordinal);

    public void Add(string name, FeedSpec? feed) => _feeds[name] = feed;

    public void Close() => Specs = _feeds.Where(f => f.Value is not null)
        .ToImmutableSortedDictionary(f => f.Key, f => f.Value!, StringComparer.Ordinal);

    /// <summary>
    /// Binds <c>secrets</c> and redacts their columns in the resolved rows. A path above nested columns stands for all of them, and a
    /// generated column that names a secret is one.
    /// </summary>
    public ImmutableArray<string> Secrets(ObjectReader root)
    {
        var secrets = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var rule = Rules.Text("user.password").Then(text => Nested(text).Count == 0 && CheckSecret(text) is var (error, suggestion)
            ? Rules.Wrong<string>(error, suggestion)
            : seen.Add(text) ? text : Rules.Wrong<string>($"`{text}` is given twice", "Keep one of the two."));
        foreach (var (node, nodePath) in root.List("secrets", "[ user.password ]", out var resolved))
        {
            if (root.TryRead(node, nodePath, rule, out var secret))
            {
                var columns = Nested(secret);
                secrets.AddRange(columns.Count == 0 ? [secret] : columns);
                resolved.Items.Add(new ResolvedScalar(secret, true, node.Origin.Label));
            }
        }
        AddGenerated(secrets);
        ImmutableArray<string> all = [.. secrets.Distinct(StringComparer.Ordinal)];
        Redact(root.Resolved, [.. all]);
        return all;
    }

    /// <summary>
    /// What is wrong with the name of a value, <c>feed.column</c> or <c>env.NAME</c>; null for nothing, and for a feed that is itself wrong.
    /// </summary>
    public (string Error, string? Suggestion)? Check(string name)
    {
        if (EnvironmentFeed.VariableOf(name) is { } variable)
        {
            return CheckVariable(variable);
        }
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot <= 0)
        {
            return ($"{Quote.Text(name)} names no column of a feed", GeneratorParser.Examples.TryGetValue(name, out var generator)
                ? $"Did you mean the generator `{{{{{generator}}}}}`?"
                : Known() is { } known
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
        return ($"the feed `{feedName}` has no column {Quote.Text(column)}", Nested(name) is [var nested, ..]
            ? $"Name one of its fields, for example `{Quote.Plain(nested)}`."
            : Distances.Closest(column, feed.Columns) is { } near
                ? $"Did you mean `{feedName}.{near}`?"
                : $"Columns: {Quote.Plain(string.Join(", ", feed.Columns), 200)}.");
    }

    /// <summary>As <see cref="Check"/>, for a name in a generated column: generated values are made at once, not of each other.</summary>
    public (string Error, string? Suggestion)? CheckRow(string name) =>
        FeedOf(name) is { Generated: true }
            ? ($"{Quote.Text(name)} is generated itself", "Name columns of files and rows, or write its generators here.")
            : Check(name);

    private static string FeedName(string name) => name.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? name[..dot] : "";

    private FeedSpec? FeedOf(string name) => _feeds.GetValueOrDefault(FeedName(name));

    private (string Error, string? Suggestion)? CheckSecret(string name) => EnvironmentFeed.VariableOf(name) is null
        ? Check(name)
        : ($"{Quote.Text(name)} need not be listed", "Everything from the environment is secret: remove it.");

    private (string Error, string? Suggestion)? CheckVariable(string variable)
    {
        if (environment.GetValueOrDefault(variable) is not { Length: > 0 } value)
        {
            return ($"the environment variable {Quote.Plain(variable)} is not set", $"Set it, for example `export {Quote.Plain(variable)}=...`.");
        }
        _variables[variable] = value;
        return null;
    }

    /// <summary>The columns below a path, as <c>feed.column</c>.</summary>
    private List<string> Nested(string name)
    {
        var feedName = FeedName(name);
        return FeedOf(name) is not { } feed ? []
            : [.. feed.Columns.Select(column => $"{feedName}.{column}").Where(column => column.StartsWith(name + ".", StringComparison.Ordinal))];
    }

    private void AddGenerated(List<string> secrets)
    {
        foreach (var (name, feed) in Specs.Where(feed => feed.Value.Generated))
        {
            secrets.AddRange(feed.Columns.Where((_, i) => Template.Parse(feed.Rows[0][i]).Placeholders
                .Any(value => secrets.Contains(value) || EnvironmentFeed.VariableOf(value) is not null)).Select(column => $"{name}.{column}").ToList());
        }
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
            foreach (var (_, source) in (value as ResolvedMapping)?.Entries ?? [])
            {
                // Rows, and the one row of texts of a generated feed.
                var rows = source is ResolvedSequence sequence ? sequence.Items.OfType<ResolvedMapping>() : source is ResolvedMapping row ? [row] : [];
                foreach (var cells in rows)
                {
                    Redact(feed, cells, secrets);
                }
            }
        }
    }

    private static void Redact(string feed, ResolvedMapping row, HashSet<string> secrets)
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
