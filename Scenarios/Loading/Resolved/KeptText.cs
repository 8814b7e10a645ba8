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
    /// <returns>The text, and the fields whose value is nowhere to be had. Text null: it cannot be read.</returns>
    public static (string? Text, ImmutableArray<string> Missing) Restore(string kept, string? original, Func<string, string> fileOf)
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
        return (ResolvedYaml.Write(resolved), missing.ToImmutable());
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
        if (root.Entries.Find(static entry => entry.Key == "data").Value is not ResolvedMapping data)
        {
            return;
        }
        foreach (var feed in data.Entries.Select(static entry => entry.Value).OfType<ResolvedMapping>())
        {
            foreach (var (key, value) in feed.Entries.ToList())
            {
                if (key is "csv" or "json" or "jsonl" && value is ResolvedScalar { Text: { } file } scalar)
                {
                    feed.Replace(key, new ResolvedScalar(fileOf(file), true, scalar.Source));
                }
            }
        }
    }
}
