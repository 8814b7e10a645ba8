using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Binds the <c>rows</c> of a feed that stand in the scenario itself.</summary>
internal static class InlineRows
{
    public static FeedSpec? Bind(ObjectReader reader)
    {
        var errors = reader.Context.Errors;
        var before = errors.Count;
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        ImmutableArray<string> columns = [];
        foreach (var (node, path) in reader.List("rows", "[ { name: ann, password: secret } ]", out var resolved))
        {
            if (node is not MappingNode { Entries.Count: > 0 } row)
            {
                errors.Add(node.Origin, path, $"must be a mapping of columns (got {node.Description})", "Write for example `{ name: ann, password: secret }`.");
                continue;
            }
            columns = columns.IsEmpty ? [.. row.Entries.Select(e => e.Key)] : columns;
            var shown = new ResolvedMapping(node.Origin.Label);
            resolved.Items.Add(shown);
            foreach (var (key, keyOrigin, _) in row.Entries)
            {
                if (!columns.Contains(key))
                {
                    errors.Add(keyOrigin, FieldPath.Append(path, key), "the first row has no such column", $"Columns: {Quote.Plain(string.Join(", ", columns))}.");
                }
            }
            rows.Add([.. columns.Select(column => Cell(row, column, path, shown, errors))]);
        }
        if (rows.Count == 0 && errors.Count == before)
        {
            reader.Error(reader.Take("rows"), "rows", "has no rows", "Write for example `rows: [ { name: ann } ]`.");
        }
        return errors.Count == before ? new FeedSpec { Columns = columns, Rows = rows.ToImmutable() } : null;
    }

    private static string Cell(MappingNode row, string column, string path, ResolvedMapping shown, ErrorList errors)
    {
        switch (row[column])
        {
            case ScalarNode scalar:
                shown.Add(column, new ResolvedScalar(scalar.Text, true, scalar.Origin.Label));
                return scalar.Text;
            case null:
                errors.Add(row.Origin, path, $"has no column {Quote.Text(column)}, which the first row has", "Give every row the same columns.");
                return "";
            case var other:
                errors.Add(other.Origin, FieldPath.Append(path, column), $"must be a single value (got {other.Description})", "Write one value, without `[ ]` or `{ }`.");
                return "";
        }
    }
}
