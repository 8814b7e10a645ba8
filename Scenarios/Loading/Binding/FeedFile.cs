using System.Text;
using System.Text.Unicode;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Reads the file of a feed: of bounded size, UTF-8, with the lines that are wrong.</summary>
internal static class FeedFile
{
    private const string CsvRule = "A feed is a line with the names of its columns, then at least one row with as many fields.";
    private const string JsonRule = "A feed is an array of objects that have the same fields.";
    private const string JsonlRule = "A feed is an object a line, and all have the same fields.";

    /// <summary>The field's file as a table; null with errors where it cannot be had.</summary>
    /// <param name="reader">The feed.</param>
    /// <param name="field"><c>csv</c>, <c>json</c> or <c>jsonl</c>, which is also the format.</param>
    /// <param name="node">Where the file's name stands.</param>
    /// <param name="name">The file's name, relative to the scenario's directory.</param>
    public static FeedTable? Read(ObjectReader reader, string field, Node node, string name)
    {
        var file = Quote.Text(name);
        try
        {
            var path = Path.GetFullPath(name, reader.Context.BaseDirectory);
            var bytes = BoundedFile.Read(path, FeedTable.MaxBytes);
            if (bytes.Length > FeedTable.MaxBytes)
            {
                reader.Error(node, field, $"the file {file} is larger than {FeedTable.MaxBytes / 1024 / 1024} MiB", "Keep only the rows that the run needs.");
                return null;
            }
            var utf16 = bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
            if (!utf16 && bytes.AsSpan().Contains((byte)0))
            {
                reader.Error(node, field, $"the file {file} is not text: it holds a NUL", "Save it as UTF-8.");
                return null;
            }
            if (utf16 ? field != "csv" : !Utf8.IsValid(bytes))
            {
                reader.Error(node, field, $"the file {file} is not UTF-8 text", "Save it as UTF-8.");
                return null;
            }
            var (table, rule) = Parse(field, bytes);
            foreach (var (line, message) in table.Errors)
            {
                reader.Context.Errors.Add(new Origin(OriginKind.File, name, line, 1), reader.Path, message, rule);
            }
            reader.Context.DataFiles.Add(path);
            return table.Errors.IsEmpty ? table : null;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            reader.Error(node, field, $"the file {file} does not exist", "A path is relative to the scenario's directory.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            reader.Error(node, field, $"the file {file} cannot be read: {Quote.Plain(exception.Message.TrimEnd('.'), 200)}", "Name a file that you may read.");
        }
        return null;
    }

    private static (FeedTable Table, string Rule) Parse(string field, byte[] bytes)
    {
        if (field == "csv")
        {
            using var text = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
            return (CsvReader.Read(text), CsvRule);
        }
        ReadOnlySpan<byte> json = bytes;
        if (json.StartsWith(Encoding.UTF8.Preamble))
        {
            json = json[Encoding.UTF8.Preamble.Length..];
        }
        return field == "json" ? (JsonReader.ReadArray(json), JsonRule) : (JsonReader.ReadLines(json), JsonlRule);
    }
}
