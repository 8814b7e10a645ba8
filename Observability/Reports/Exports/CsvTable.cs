using System.Globalization;
using System.Text;

namespace ApeTest.Observability.Reports.Exports;

/// <summary>
/// Writes CSV (RFC 4180): a heading line, commas, numbers with a point and without units, empty where nothing was measured. A text that a spreadsheet would
/// take for a formula gets an apostrophe in front: names of operations come from a target's document.
/// </summary>
internal sealed class CsvTable(TextWriter output)
{
    public void Row(params object?[] cells) => output.Write(string.Join(',', cells.Select(Cell)) + "\n");

    private static string Cell(object? value) => value switch
    {
        null => string.Empty,
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        string text => Text(text),
        DateTimeOffset time => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => Text(value.ToString() ?? string.Empty),
    };

    private static string Text(string text)
    {
        text = VisibleText.Of(text);
        if (text is ['=' or '+' or '-' or '@' or '\t', ..])
        {
            text = "'" + text;
        }
        return text.AsSpan().IndexOfAny(",\"\n") < 0 ? text : new StringBuilder(text).Replace("\"", "\"\"").Insert(0, '"').Append('"').ToString();
    }
}
