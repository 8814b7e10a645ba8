using System.Text;

namespace ApeTest.Cli.Rendering;

/// <summary>A plain table: aligned columns, two spaces apart, no rules. Cells hold no colour, so that widths are true.</summary>
internal sealed class TextTable
{
    private readonly List<(string Heading, bool Right, bool Fixed)> _columns = [];
    private readonly List<string[]> _rows = [];

    /// <summary>Adds a column of text, which is shortened where there is no room.</summary>
    public TextTable Left(string heading)
    {
        _columns.Add((heading, false, false));
        return this;
    }

    /// <summary>Adds a column of text that is never shortened, as ids are not.</summary>
    public TextTable Fixed(string heading)
    {
        _columns.Add((heading, false, true));
        return this;
    }

    /// <summary>Adds a column of numbers.</summary>
    public TextTable Right(string heading)
    {
        _columns.Add((heading, true, true));
        return this;
    }

    /// <summary>Adds a row; one cell a column.</summary>
    public TextTable Row(params string[] cells)
    {
        _rows.Add(cells);
        return this;
    }

    /// <summary>Writes heading and rows; a text column is shortened where a line would pass <paramref name="width"/>.</summary>
    public void Write(TextWriter output, int width, string indent = "")
    {
        var widths = new int[_columns.Count];
        for (var column = 0; column < widths.Length; column++)
        {
            widths[column] = _rows.Select(row => row[column].Length).Append(_columns[column].Heading.Length).Max();
        }
        Shrink(widths, width - indent.Length);
        Line(output, indent, widths, [.. _columns.Select(column => column.Heading)]);
        foreach (var row in _rows)
        {
            Line(output, indent, widths, row);
        }
    }

    /// <summary>Wraps a text at words; later lines are indented.</summary>
    /// <param name="output">Where it goes.</param>
    /// <param name="first">What the first line begins with, colour included.</param>
    /// <param name="indent">Columns of it, and of the later lines' indent.</param>
    /// <param name="text">The text.</param>
    /// <param name="width">Columns of a line.</param>
    public static void Wrapped(TextWriter output, string first, int indent, string text, int width)
    {
        var line = first;
        var length = indent;
        foreach (var word in text.Split(' '))
        {
            if (length > indent && length + 1 + word.Length > width)
            {
                output.WriteLine(line.TrimEnd());
                line = new string(' ', indent);
                length = indent;
            }
            line += length == indent ? word : $" {word}";
            length += length == indent ? word.Length : word.Length + 1;
        }
        output.WriteLine(line.TrimEnd());
    }

    /// <summary>Takes what is too much from the widest text columns.</summary>
    private void Shrink(int[] widths, int available)
    {
        for (var excess = widths.Sum() + ((widths.Length - 1) * 2) - available; excess > 0; excess--)
        {
            var widest = -1;
            for (var column = 0; column < widths.Length; column++)
            {
                if (!_columns[column].Fixed && widths[column] > 4 && (widest < 0 || widths[column] > widths[widest]))
                {
                    widest = column;
                }
            }
            if (widest < 0)
            {
                return;
            }
            widths[widest]--;
        }
    }

    private void Line(TextWriter output, string indent, int[] widths, string[] cells)
    {
        var line = new StringBuilder(indent);
        for (var column = 0; column < widths.Length; column++)
        {
            var cell = Show.Cut(cells[column], widths[column]);
            line.Append(_columns[column].Right ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column])).Append("  ");
        }
        output.WriteLine(line.ToString().TrimEnd());
    }
}
