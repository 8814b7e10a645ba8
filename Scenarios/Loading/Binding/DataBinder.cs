using System.Collections.Immutable;
using System.Text;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Binds <c>data</c>: reads CSV files and inline rows.</summary>
internal static class DataBinder
{
    private const int MaxColumns = 1000;
    private const string CsvRule = "A feed is a line with the names of its columns, then at least one row with as many fields.";
    private const string Example = "{ user: { csv: users.csv } }";

    public static Feeds Bind(ObjectReader root)
    {
        var feeds = new Feeds();
        var path = root.PathOf("data");
        foreach (var (name, keyOrigin, node) in root.Map("data", Example, out var resolved))
        {
            var feedPath = FieldPath.Append(path, name);
            feeds.Add(name, null);
            if (name.Length is 0 or > 64 || !(char.IsAsciiLetter(name[0]) || name[0] == '_') || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            {
                root.Context.Errors.Add(keyOrigin, feedPath, $"{Quote.Text(name)} is not a name of a feed", "Use letters, digits, '-' and '_', for example user.");
                continue;
            }
            if (node is not MappingNode mapping)
            {
                root.Context.Errors.Add(node.Origin, feedPath, $"must be a mapping (got {node.Description})", $"Write for example `data: {Example}`.");
                continue;
            }
            var child = new ResolvedMapping(node.Origin.Label);
            resolved.Add(name, child);
            var feed = Feed(new ObjectReader(root.Context, mapping, node.Origin, feedPath, ScenarioShape.Feed, child));
            if (feed?.Columns.Length > MaxColumns)
            {
                root.Context.Errors.Add(node.Origin, feedPath, $"has more than {MaxColumns} columns", "Keep only the columns that the goals name.");
                feed = null;
            }
            feeds.Add(name, feed);
        }
        feeds.Close();
        return feeds;
    }

    private static FeedSpec? Feed(ObjectReader reader)
    {
        var csvNode = reader.Take("csv");
        var rowsNode = reader.Take("rows");
        FeedSpec? feed = null;
        if (csvNode is not null && rowsNode is not null)
        {
            reader.Error(rowsNode, "rows", "cannot be beside csv", "Keep one of the two.");
        }
        else if (csvNode is not null)
        {
            feed = reader.OptionalReference("csv", Rules.Text("users.csv", 1024)) is { } csv ? Csv(reader, csvNode, csv) : null;
        }
        else if (rowsNode is not null)
        {
            feed = Rows(reader);
        }
        else
        {
            reader.Error(null, "", "needs csv or rows", "Write for example `{ csv: users.csv }` or `{ rows: [ { name: ann } ] }`.");
        }
        reader.Finish();
        return feed;
    }

    private static FeedSpec? Csv(ObjectReader reader, Node node, string csv)
    {
        try
        {
            var path = Path.GetFullPath(csv, reader.Context.BaseDirectory);
            var bytes = BoundedFile.Read(path, CsvReader.MaxBytes);
            if (bytes.Length > CsvReader.MaxBytes)
            {
                reader.Error(node, "csv", $"the file {Quote.Text(csv)} is larger than {CsvReader.MaxBytes / 1024 / 1024} MiB", "Keep only the rows that the run needs.");
                return null;
            }
            if (bytes.AsSpan().Contains((byte)0) && bytes is not ([0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]))
            {
                reader.Error(node, "csv", $"the file {Quote.Text(csv)} is not text: it holds a NUL", "Save it as UTF-8.");
                return null;
            }
            using var text = new StreamReader(new MemoryStream(bytes), new UTF8Encoding(false, throwOnInvalidBytes: true));
            var table = CsvReader.Read(text);
            foreach (var (line, message) in table.Errors)
            {
                reader.Context.Errors.Add(new Origin(OriginKind.File, csv, line, 1), reader.Path, message, CsvRule);
            }
            reader.Context.DataFiles.Add(path);
            return table.Errors.IsEmpty ? new FeedSpec { Csv = csv, Columns = table.Columns, Rows = table.Rows } : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            reader.Error(node, "csv", $"the file {Quote.Text(csv)} does not exist", "A path is relative to the scenario's directory.");
        }
        catch (DecoderFallbackException)
        {
            reader.Error(node, "csv", $"the file {Quote.Text(csv)} is not UTF-8 text", "Save it as UTF-8.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            reader.Error(node, "csv", $"the file {Quote.Text(csv)} cannot be read: {Quote.Plain(exception.Message.TrimEnd('.'), 200)}", "Name a CSV file that you may read.");
        }
        return null;
    }

    private static FeedSpec? Rows(ObjectReader reader)
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
