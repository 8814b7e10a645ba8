using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Resolved;

/// <summary>
/// Makes a scenario that can be loaded again of the resolved one that a run kept: what was redacted is taken from where it came from, the scenario's own text, and paths of
/// data files lead where the files are now.
/// </summary>
public static class KeptText
{
    /// <summary>The scenario as text.</summary>
    /// <param name="kept">The text of <c>scenario.resolved.yaml</c>.</param>
    /// <param name="original">The text of the scenario that was run; null where it is gone.</param>
    /// <param name="fileOf">For each file of a feed: where it is to be read. It gets the path as the scenario has it.</param>
    /// <param name="isAddressDrawn">Whether the run started its target, <c>target.sample</c>, on a free port: the address, which then means nothing any more, is left out. Default false.</param>
    /// <returns>The text, and the fields whose value is nowhere to be had. Text null: it cannot be read.</returns>
    public static (string? Text, ImmutableArray<string> Missing) Restore(string kept, string? original, Func<string, string> fileOf, bool isAddressDrawn = false)
    {
        var errors = new ErrorList();
        if (TreeReader.Read("scenario.resolved.yaml", kept, errors) is not MappingNode root || errors.Count > 0)
        {
            return (null, []);
        }
        var source = original is null ? null : TreeReader.Read("scenario", original, new ErrorList()) as MappingNode;
        var missing = ImmutableArray.CreateBuilder<string>();
        var resolved = (ResolvedMapping)ResolvedTree.Of(Restored(root, source, "", missing));
        Relocate(resolved, fileOf);
        if (isAddressDrawn && resolved.Entries.Find(static entry => entry.Key == "target").Value is ResolvedMapping target && target.Entries.Exists(static entry => entry.Key == "sample"))
        {
            target.Entries.RemoveAll(static entry => entry.Key == "url");
        }
        return (ResolvedYaml.Write(resolved), missing.ToImmutable());
    }

    /// <summary>
    /// The scenario as it can be read for what it says, wherever its files are by now: a feed of a file has, in the file's place, one row that says nothing. Null: it cannot be read.
    /// </summary>
    /// <param name="kept">The text of <c>scenario.resolved.yaml</c>.</param>
    /// <param name="columnsOf">Columns of a file of a feed, by its path in the scenario. Where there are none the file itself is named, as it was.</param>
    public static string? WithoutFiles(string kept, Func<string, IReadOnlyCollection<string>> columnsOf)
    {
        var errors = new ErrorList();
        if (TreeReader.Read("scenario.resolved.yaml", kept, errors) is not MappingNode root || errors.Count > 0)
        {
            return null;
        }
        var resolved = (ResolvedMapping)ResolvedTree.Of(root);
        foreach (var (feed, key, file) in Files(resolved).ToList())
        {
            if (columnsOf(file.Text!) is not { Count: > 0 } columns)
            {
                continue;
            }
            var row = new ResolvedMapping(file.Source);
            row.Entries.AddRange(columns.Select(column => (column, (ResolvedNode)new ResolvedScalar(ResolvedScenario.Redacted, true, file.Source))));
            var rows = new ResolvedSequence(file.Source);
            rows.Items.Add(row);
            // One row is too few for some orders.
            feed.Entries.RemoveAll(entry => entry.Key == key || entry.Key is "order" or "onEnd");
            feed.Add("rows", rows);
        }
        return ResolvedYaml.Write(resolved);
    }

    private static Node Restored(Node node, Node? source, string path, ImmutableArray<string>.Builder missing)
    {
        switch (node)
        {
            case ScalarNode { Text: ResolvedScenario.Redacted }:
                if (source is ScalarNode { IsNull: false } found && found.Text != ResolvedScenario.Redacted)
                {
                    return found;
                }
                missing.Add(path);
                return node;
            case SequenceNode sequence:
                var items = (source as SequenceNode)?.Items;
                var list = new SequenceNode(sequence.Origin);
                for (var i = 0; i < sequence.Items.Count; i++)
                {
                    // Rows stand in their order; a list of another length is not the one that was run.
                    list.Items.Add(Restored(sequence.Items[i], items?.Count == sequence.Items.Count ? items[i] : null, FieldPath.Append(path, i), missing));
                }
                return list;
            case MappingNode mapping:
                var copy = new MappingNode(mapping.Origin);
                foreach (var (key, origin, value) in mapping.Entries)
                {
                    copy.Set(key, origin, Restored(value, (source as MappingNode)?[key], FieldPath.Append(path, key), missing));
                }
                return copy;
            default:
                return node;
        }
    }

    private static void Relocate(ResolvedMapping root, Func<string, string> fileOf)
    {
        foreach (var (feed, key, file) in Files(root).ToList())
        {
            feed.Replace(key, new ResolvedScalar(fileOf(file.Text!), true, file.Source));
        }
    }

    private static IEnumerable<(ResolvedMapping Feed, string Key, ResolvedScalar File)> Files(ResolvedMapping root) =>
        root.Entries.Find(static entry => entry.Key == "data").Value is not ResolvedMapping data ? []
        : from feed in data.Entries.Select(static entry => entry.Value).OfType<ResolvedMapping>()
          from entry in feed.Entries
          where entry.Key is "csv" or "json" or "jsonl" && entry.Value is ResolvedScalar { Text: not null }
          select (feed, entry.Key, (ResolvedScalar)entry.Value);
}
