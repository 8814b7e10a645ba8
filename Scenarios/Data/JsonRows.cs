using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Data;

/// <summary>
/// Gathers JSON objects as rows. Columns are the dotted paths of all values, in order of appearance. A null is the empty text, and so is
/// what stands in other rows below a null or behind the end of an array; a field that a row just lacks is an error.
/// </summary>
internal sealed class JsonRows
{
    private readonly Dictionary<string, int> _columns = new(StringComparer.Ordinal);
    private readonly List<Row> _rows = [];
    private readonly ImmutableArray<FeedError>.Builder _errors = ImmutableArray.CreateBuilder<FeedError>();

    // Of the row being read.
    private readonly List<(int Column, string Text)> _cells = [];
    private readonly List<string> _open = [];
    private string? _error;

    /// <summary>Whether reading on is of no use.</summary>
    public bool IsFull { get; private set; }

    public void Error(int line, string message)
    {
        _errors.Add(new FeedError(line, message));
        IsFull |= _errors.Count == FeedTable.MaxErrors;
    }

    /// <summary>Adds a row that stands on <paramref name="line"/>.</summary>
    public void Add(int line, JsonElement value)
    {
        if (value.ValueKind is not JsonValueKind.Object)
        {
            Error(line, "must be an object, for example { \"name\": \"ann\" }");
            return;
        }
        if (_rows.Count == FeedTable.MaxRows)
        {
            Error(line, FeedTable.TooManyRows);
            IsFull = true;
            return;
        }
        _cells.Clear();
        _open.Clear();
        _error = null;
        Fields(value, "");
        if (_error is not null)
        {
            Error(line, _error);
            return;
        }
        var cells = new string?[_columns.Count];
        foreach (var (column, text) in _cells)
        {
            _error ??= cells[column] is null ? null : $"has the field {Quote.Text(_columns.First(c => c.Value == column).Key)} twice";
            cells[column] = text;
        }
        if (_error is not null)
        {
            Error(line, _error);
            return;
        }
        _rows.Add(new Row(line, cells, _open.Count == 0 ? [] : [.. _open]));
    }

    /// <summary>The rows; <paramref name="lastLine"/> is where a file without rows ends.</summary>
    public FeedTable ToTable(int lastLine)
    {
        ImmutableArray<string> columns = [.. _columns.OrderBy(c => c.Value).Select(c => c.Key)];
        var rows = ImmutableArray.CreateBuilder<ImmutableArray<string>>(_rows.Count);
        foreach (var row in _rows)
        {
            if (IsFull)
            {
                break;
            }
            rows.Add(Complete(row, columns));
        }
        if (_errors.Count == 0 && (rows.Count == 0 || columns.IsEmpty))
        {
            Error(lastLine, rows.Count == 0 ? "has no rows" : "has rows without fields");
        }
        return new FeedTable(columns, rows.ToImmutable(), _errors.ToImmutable());
    }

    private ImmutableArray<string> Complete(Row row, ImmutableArray<string> columns)
    {
        if (row.Cells.Length == columns.Length && !row.Cells.AsSpan().Contains(null))
        {
            return ImmutableCollectionsMarshal.AsImmutableArray((string[])row.Cells!);
        }
        var cells = ImmutableArray.CreateBuilder<string>(columns.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            var text = i < row.Cells.Length ? row.Cells[i] : null;
            if (text is null && !IsFull && !IsBelowOpen(columns[i], row.Open))
            {
                Error(row.Line, $"has no field {Quote.Text(columns[i])}, which other rows have: write null where there is no value");
            }
            cells.Add(text ?? "");
        }
        return cells.MoveToImmutable();
    }

    private void Fields(JsonElement value, string prefix)
    {
        foreach (var property in value.EnumerateObject())
        {
            if (property.Name.Length == 0)
            {
                _error ??= "has a field without a name";
            }
            Value(property.Value, prefix.Length == 0 ? property.Name : $"{prefix}.{property.Name}");
        }
    }

    private void Value(JsonElement value, string path)
    {
        if (_error is not null)
        {
            return;
        }
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                Fields(value, path);
                break;
            case JsonValueKind.Array:
                _open.Add(path);
                var index = 0;
                foreach (var item in value.EnumerateArray())
                {
                    Value(item, FormattableString.Invariant($"{path}.{index++}"));
                }
                break;
            case JsonValueKind.Null:
                _open.Add(path);
                break;
            default:
                _cells.Add((Column(path), value.ValueKind is JsonValueKind.String ? value.GetString()! : value.GetRawText()));
                break;
        }
    }

    private int Column(string path)
    {
        if (!_columns.TryGetValue(path, out var column))
        {
            if (_columns.Count == FeedTable.MaxColumns)
            {
                _error = $"has more than {FeedTable.MaxColumns} columns: keep only those that the goals name";
                return 0;
            }
            _columns.Add(path, column = _columns.Count);
        }
        return column;
    }

    // An object that is null, or an array that is shorter than another row's.
    private static bool IsBelowOpen(string column, string[] open) => Array.Exists(open, path =>
        column.StartsWith(path, StringComparison.Ordinal) && (column.Length == path.Length || column[path.Length] == '.'));

    private readonly record struct Row(int Line, string?[] Cells, string[] Open);
}
