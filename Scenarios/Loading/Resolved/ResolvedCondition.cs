using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Resolved;

/// <summary>A success or failure condition as a node of the resolved scenario.</summary>
internal static class ResolvedCondition
{
    /// <param name="condition">The condition.</param>
    /// <param name="node">Where it was read from: a mapping has a source for each field, an expression one for all; null: none holds it.</param>
    /// <param name="source">Source of what has none of its own.</param>
    public static ResolvedMapping Of(SuccessCondition condition, Node? node, string source)
    {
        var fields = node as MappingNode;
        var resolved = new ResolvedMapping(source);
        Add("operation", condition.Operation, isText: true);
        Add("read", condition.Read, isText: true);
        Add("as", condition.As is ReadAs.Nobody ? "nobody" : null, isText: true);
        Add("status", condition.Status?.ToString(CultureInfo.InvariantCulture), isText: false);
        Add("status", condition.Statuses, isText: true);
        AddMap("capture", condition.Capture, isText: true);
        // Comparisons are JSON, and JSON is YAML.
        AddMap("json", condition.Json, isText: false);
        AddMap("header", condition.Header, isText: false);
        Add("text", condition.Text, isText: false);
        Add("regex", condition.Regex, isText: true);
        AddMap("captured", condition.Captured, isText: false);
        AddMap("state", condition.State, isText: false);
        AddList("all", condition.All);
        AddList("any", condition.Any);
        if (condition.Not is { } not)
        {
            resolved.Add("not", Of(not, fields?["not"], SourceOf("not")));
        }
        return resolved;

        string SourceOf(string name) => fields?[name]?.Origin.Label ?? source;

        void Add(string name, string? text, bool isText)
        {
            if (text is not null)
            {
                resolved.Add(name, new ResolvedScalar(text, isText, SourceOf(name)));
            }
        }

        void AddMap(string name, ImmutableSortedDictionary<string, string> values, bool isText)
        {
            if (!values.IsEmpty)
            {
                var map = new ResolvedMapping(SourceOf(name));
                foreach (var (key, value) in values)
                {
                    map.Add(key, new ResolvedScalar(value, isText, (fields?[name] as MappingNode)?[key]?.Origin.Label ?? SourceOf(name)));
                }
                resolved.Add(name, map);
            }
        }

        void AddList(string name, ImmutableArray<SuccessCondition> conditions)
        {
            if (!conditions.IsEmpty)
            {
                var list = new ResolvedSequence(SourceOf(name));
                // An expression of the list may stand for several conditions: then no item is the node of one.
                var items = fields?[name] is SequenceNode nodes && nodes.Items.Count == conditions.Length ? nodes.Items : null;
                list.Items.AddRange(conditions.Select((condition, index) => Of(condition, items?[index], items?[index].Origin.Label ?? SourceOf(name))));
                resolved.Add(name, list);
            }
        }
    }
}
