using System.Collections.Immutable;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Binds the <c>generate</c> of a feed: columns whose values are made for each session.</summary>
internal static class GeneratedColumns
{
    private const string Example = "{ id: \"{{uuid()}}\" }";
    private static readonly Rule<string> Text = Rules.Text("\"{{uuid()}}\"", 10_000);

    public static FeedSpec? Bind(ObjectReader reader)
    {
        var errors = reader.Context.Errors;
        var before = errors.Count;
        var columns = ImmutableArray.CreateBuilder<string>();
        var texts = ImmutableArray.CreateBuilder<string>();
        foreach (var (column, keyOrigin, node) in reader.Map("generate", Example, out var resolved))
        {
            var path = FieldPath.Append(reader.PathOf("generate"), column);
            if (!Template.TryParse(Template.Placeholder("_." + column), out var named, out _) || named.Placeholders.IsEmpty)
            {
                errors.Add(keyOrigin, path, $"{Quote.Text(column)} is not a name of a column", "Use letters, digits, '-' and '_', for example id.");
                continue;
            }
            if (!reader.TryRead(node, path, Text, out var text))
            {
                continue;
            }
            if (!Template.TryParse(text, out _, out var error))
            {
                errors.Add(node.Origin, path, error.Message!, error.Suggestion);
                continue;
            }
            columns.Add(column);
            texts.Add(text);
            resolved.Add(column, new ResolvedScalar(text, true, node.Origin.Label));
        }
        if (columns.Count == 0 && errors.Count == before)
        {
            reader.Error(reader.Take("generate"), "generate", "has no columns", $"Write for example `generate: {Example}`.");
        }
        return errors.Count == before ? new FeedSpec { Generated = true, Columns = columns.ToImmutable(), Rows = [texts.ToImmutable()] } : null;
    }

    /// <summary>Checks what the columns name: rows and the environment, once all feeds are known.</summary>
    public static void CheckReferences(ObjectReader reader, FeedSpec feed, Feeds feeds)
    {
        var node = (MappingNode)reader.Take("generate")!;
        foreach (var (column, text) in feed.Columns.Zip(feed.Rows[0]))
        {
            foreach (var name in Template.Parse(text).Placeholders)
            {
                if (feeds.CheckRow(name) is var (message, suggestion))
                {
                    reader.Context.Errors.Add(node[column]!.Origin, FieldPath.Append(reader.PathOf("generate"), column), message, suggestion);
                }
            }
        }
    }
}
