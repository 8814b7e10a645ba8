using System.Collections.Immutable;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Binds <c>data</c>: feeds from files, with rows of their own, and generated.</summary>
internal static class DataBinder
{
    private const string Example = "{ user: { csv: users.csv } }";
    private static readonly ImmutableArray<string> Sources = ["csv", "json", "jsonl", "rows", "generate"];
    private static readonly IReadOnlyList<(string, FeedOrder)> Orders =
        [("sequential", FeedOrder.Sequential), ("random", FeedOrder.Random), ("unique", FeedOrder.Unique)];
    private static readonly IReadOnlyList<(string, FeedEnd)> Ends = [("recycle", FeedEnd.Recycle), ("stop", FeedEnd.Stop)];

    /// <summary>Reads all feeds.</summary>
    /// <param name="root">The scenario.</param>
    /// <param name="agents">Agents of the scenario.</param>
    /// <param name="open">Whether it is of the open model.</param>
    public static Feeds Bind(ObjectReader root, int agents, bool open)
    {
        var feeds = new Feeds(root.Context.Environment);
        var path = root.PathOf("data");
        var generated = new List<(ObjectReader Reader, FeedSpec Feed)>();
        foreach (var (name, keyOrigin, node) in root.Map("data", Example, out var resolved))
        {
            var feedPath = FieldPath.Append(path, name);
            feeds.Add(name, null);
            if (name.Length is 0 or > 64 || !(char.IsAsciiLetter(name[0]) || name[0] == '_') || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            {
                root.Context.Errors.Add(keyOrigin, feedPath, $"{Quote.Text(name)} is not a name of a feed", "Use letters, digits, '-' and '_', for example user.");
                continue;
            }
            if (name == EnvironmentFeed.Name)
            {
                root.Context.Errors.Add(keyOrigin, feedPath, "`env` stands for the environment: `{{env.NAME}}`", "Give the feed another name, for example user.");
                continue;
            }
            if (node is not MappingNode mapping)
            {
                root.Context.Errors.Add(node.Origin, feedPath, $"must be a mapping (got {node.Description})", $"Write for example `data: {Example}`.");
                continue;
            }
            var child = new ResolvedMapping(node.Origin.Label);
            resolved.Add(name, child);
            var reader = new ObjectReader(root.Context, mapping, node.Origin, feedPath, ScenarioShape.Feed, child);
            var feed = Feed(reader, agents, open);
            if (feed?.Columns.Length > FeedTable.MaxColumns)
            {
                root.Context.Errors.Add(node.Origin, feedPath, $"has more than {FeedTable.MaxColumns} columns", "Keep only the columns that the goals name.");
                feed = null;
            }
            if (feed?.Generated is true)
            {
                generated.Add((reader, feed));
            }
            feeds.Add(name, feed);
        }
        feeds.Close();
        generated.ForEach(each => GeneratedColumns.CheckReferences(each.Reader, each.Feed, feeds));
        return feeds;
    }

    private static FeedSpec? Feed(ObjectReader reader, int agents, bool open)
    {
        var given = Sources.Select(field => (Field: field, Node: reader.Take(field))).Where(source => source.Node is not null).ToList();
        FeedSpec? feed = null;
        if (given.Count == 0)
        {
            reader.Error(null, "", "needs csv, json, jsonl, rows or generate", "Write for example `{ csv: users.csv }` or `{ rows: [ { name: ann } ] }`.");
        }
        else if (given.Count > 1)
        {
            reader.Error(given[1].Node, given[1].Field, $"cannot be beside {given[0].Field}", "Keep one of the two.");
        }
        else
        {
            var (field, node) = given[0];
            feed = field switch
            {
                "rows" => InlineRows.Bind(reader),
                "generate" => GeneratedColumns.Bind(reader),
                _ => File(reader, field, node!),
            };
        }
        feed = given is [{ Field: "generate" }] ? WithoutOrder(reader, feed) : WithOrder(reader, feed, agents, open);
        reader.Finish();
        return feed;
    }

    private static FeedSpec? File(ObjectReader reader, string field, Node node)
    {
        if (reader.OptionalReference(field, Rules.Text($"users.{field}", 1024)) is not { } name || FeedFile.Read(reader, field, node, name) is not { } table)
        {
            return null;
        }
        return new FeedSpec
        {
            Csv = field == "csv" ? name : null,
            Json = field == "json" ? name : null,
            Jsonl = field == "jsonl" ? name : null,
            Columns = table.Columns,
            Rows = table.Rows,
        };
    }

    private static FeedSpec? WithoutOrder(ObjectReader reader, FeedSpec? feed)
    {
        foreach (var field in new[] { "order", "onEnd" })
        {
            if (reader.Take(field) is { } node)
            {
                reader.Error(node, field, "has no meaning for generated values, which do not end", "Remove it.");
            }
        }
        return feed;
    }

    private static FeedSpec? WithOrder(ObjectReader reader, FeedSpec? feed, int agents, bool open)
    {
        var order = reader.Value("order", FeedOrder.Sequential, Rules.Choice(Orders));
        var stop = reader.Take("onEnd");
        var end = reader.Value("onEnd", order is FeedOrder.Unique ? FeedEnd.Stop : FeedEnd.Recycle, Rules.Choice(Ends));
        if (order is FeedOrder.Random && end is FeedEnd.Stop)
        {
            reader.Error(stop, "onEnd", "has no meaning for random rows, which are never used up", "Remove it, or use `order: sequential`.");
        }
        if (feed is not null && !open && order is FeedOrder.Unique && end is FeedEnd.Stop && feed.Rows.Length < agents)
        {
            reader.Error(reader.Take("order"), "order", $"unique gives each agent a row of its own: {feed.Rows.Length} rows are too few for {agents} agents",
                "Add rows, use fewer agents, or share rows with `onEnd: recycle`.");
        }
        return feed is null ? null : feed with { Order = order, OnEnd = end };
    }
}
