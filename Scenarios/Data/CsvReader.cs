using System.Collections.Immutable;
using System.Text;

namespace ApeTest.Scenarios.Data;

/// <summary>
/// Reads comma-separated values by RFC 4180: CRLF or LF, quoted fields with <c>""</c> for a quote and with line breaks inside, a header
/// row. Empty lines are skipped. Every row is as long as the header.
/// </summary>
internal static class CsvReader
{
    /// <summary>Reads a whole text.</summary>
    public static FeedTable Read(TextReader reader)
    {
        var state = new State(reader);
        ImmutableArray<string> header = [];
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<string>>();
        var errors = ImmutableArray.CreateBuilder<FeedError>();
        while (errors.Count < FeedTable.MaxErrors && state.TryReadRecord(out var cells, out var line, out var error))
        {
            if (error is not null)
            {
                errors.Add(new FeedError(line, error));
            }
            else if (header.IsEmpty)
            {
                header = [.. cells.Select(cell => cell.Trim())];
                CheckHeader(header, line, errors);
            }
            else if (cells.Length != header.Length)
            {
                errors.Add(new FeedError(line, $"has {cells.Length} {(cells.Length == 1 ? "field" : "fields")}, the header has {header.Length}"));
            }
            else if (rows.Count == FeedTable.MaxRows)
            {
                errors.Add(new FeedError(line, FeedTable.TooManyRows));
                break;
            }
            else
            {
                rows.Add(cells);
            }
        }
        if (header.IsEmpty && errors.Count == 0)
        {
            errors.Add(new FeedError(1, "is empty: the first line must name the columns"));
        }
        else if (rows.Count == 0 && errors.Count == 0)
        {
            errors.Add(new FeedError(state.Line, "has a header but no rows"));
        }
        return new FeedTable(header, rows.ToImmutable(), errors.ToImmutable());
    }

    private static void CheckHeader(ImmutableArray<string> header, int line, ImmutableArray<FeedError>.Builder errors)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in header)
        {
            if (column.Length == 0)
            {
                errors.Add(new FeedError(line, "a column has no name"));
            }
            else if (!seen.Add(column))
            {
                errors.Add(new FeedError(line, $"two columns are named `{column}`"));
            }
        }
    }

    private sealed class State(TextReader reader)
    {
        private readonly StringBuilder _cell = new();

        public int Line { get; private set; } = 1;

        /// <summary>False at the end of the text.</summary>
        public bool TryReadRecord(out ImmutableArray<string> cells, out int line, out string? error)
        {
            error = null;
            cells = [];
            while (reader.Peek() is '\r' or '\n')
            {
                ReadLineEnd();
            }
            line = Line;
            if (reader.Peek() < 0)
            {
                return false;
            }
            var record = ImmutableArray.CreateBuilder<string>();
            bool more;
            do
            {
                error ??= reader.Peek() == '"' ? ReadQuoted() : ReadPlain();
                record.Add(_cell.ToString());
                _cell.Clear();
                more = reader.Peek() == ',';
                if (more)
                {
                    reader.Read();
                }
            }
            while (more && error is null);
            if (error is not null)
            {
                // The rest of the line tells nothing more.
                reader.ReadLine();
                Line++;
                return true;
            }
            ReadLineEnd();
            cells = record.ToImmutable();
            return true;
        }

        private string? ReadPlain()
        {
            while (reader.Peek() is >= 0 and not (',' or '\r' or '\n') and var next)
            {
                if (next == '"')
                {
                    return "a quote stands inside an unquoted field: put the whole field in quotes and double the inner quote";
                }
                _cell.Append((char)reader.Read());
            }
            return null;
        }

        private string? ReadQuoted()
        {
            reader.Read();
            while (true)
            {
                switch (reader.Read())
                {
                    case < 0:
                        return "a quoted field does not end";
                    case '"' when reader.Peek() == '"':
                        reader.Read();
                        _cell.Append('"');
                        break;
                    case '"':
                        return reader.Peek() is < 0 or ',' or '\r' or '\n' ? null : "text stands behind a closing quote";
                    case '\n':
                        Line++;
                        _cell.Append('\n');
                        break;
                    case var character:
                        _cell.Append((char)character);
                        break;
                }
            }
        }

        private void ReadLineEnd()
        {
            if (reader.Peek() == '\r')
            {
                reader.Read();
            }
            if (reader.Peek() == '\n')
            {
                reader.Read();
            }
            Line++;
        }
    }
}
