using System.Text;
using ApeTest.Cli.Rendering;
using Spectre.Console.Rendering;

namespace ApeTest.Cli.Progress;

/// <summary>One row of the live view: pieces of text, each with its look. Never wider than asked for: a row that wrapped could not be redrawn.</summary>
internal sealed class LiveLine
{
    private readonly List<(string Text, string? Tone)> _pieces = [];

    /// <summary>Columns so far.</summary>
    public int Width { get; private set; }

    /// <summary>Adds text; what a terminal would obey in it becomes spaces.</summary>
    public LiveLine Add(string text, string? tone = null)
    {
        var safe = Show.Safe(text);
        _pieces.Add((safe, tone));
        Width += Cells(safe);
        return this;
    }

    /// <summary>Fills up to <paramref name="column"/>; one space at least, where something follows.</summary>
    public LiveLine To(int column) => Add(new string(' ', Math.Max(1, column - Width)));

    /// <summary>The row in at most <paramref name="width"/> columns.</summary>
    public string Render(int width, bool coloured)
    {
        var row = new StringBuilder();
        var left = width;
        foreach (var (text, tone) in _pieces)
        {
            var shown = Cells(text) <= left ? text : Cut(text, left);
            left -= Cells(shown);
            row.Append(coloured && tone is not null && shown.Length > 0 ? $"\e[{tone}m{shown}\e[0m" : shown);
            if (left <= 0)
            {
                break;
            }
        }
        return coloured ? row.ToString() : row.ToString().TrimEnd();
    }

    // Most text is of characters of one column; only what lies beyond needs a table.
    private static int Cells(string text) => text.AsSpan().ContainsAnyExceptInRange('\0', '\u10ff') && text.Any(static c => c is >= '\u1100' and (< '\u2000' or > '\u2bff'))
        ? new Segment(text).CellCount() : text.Length;

    private static string Cut(string text, int width)
    {
        if (Cells(text) == text.Length)
        {
            return Show.Cut(text, width);
        }
        var kept = new StringBuilder();
        var cells = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            cells += Cells(rune.ToString());
            if (cells >= width)
            {
                break;
            }
            kept.Append(rune);
        }
        return kept.Append('…').ToString();
    }
}
