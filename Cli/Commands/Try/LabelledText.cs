using ApeTest.Cli.Rendering;

namespace ApeTest.Cli.Commands.Try;

/// <summary>Lines of text behind a number and a label, wrapped: <c> 1  call     login {...}</c>. What targets and models say is made safe here.</summary>
internal sealed class LabelledText(TextWriter output, Paint paint, int width)
{
    private const int NumberWidth = 3;
    private const int LabelWidth = 9;
    private const int Indent = NumberWidth + 2 + LabelWidth;

    private const int Narrowest = 60;
    private const int Widest = 100;

    /// <summary>Columns of a line of text.</summary>
    public int Room { get; } = width - Indent;

    /// <summary>Text for standard output: as wide as the terminal, within reason.</summary>
    public static LabelledText For(CliEnvironment environment, Paint paint) =>
        new(environment.Out, paint, environment.OutputIsTerminal ? Math.Clamp(environment.Width, Narrowest, Widest) : CliEnvironment.DefaultWidth);

    /// <summary>Writes a text.</summary>
    /// <param name="number">Number before the label; null for none.</param>
    /// <param name="label">The label; empty for what belongs to the text above.</param>
    /// <param name="text">The text.</param>
    /// <param name="tail">What is said beside it, less loud; on the last line where there is room.</param>
    /// <param name="colour">Colours the text. Default: none.</param>
    public void Write(int? number, string label, string text, string? tail = null, Func<string, string>? colour = null)
    {
        var head = $"{(number is { } n ? Show.Count(n) : string.Empty),NumberWidth}  ";
        var lines = Wrap(Show.Safe(text));
        for (var i = 0; i < lines.Count; i++)
        {
            var start = i == 0 ? (number is null ? head : paint.Strong(head)) + paint.Dim(label.PadRight(LabelWidth)) : new string(' ', Indent);
            var line = colour is null || lines[i].Length == 0 ? lines[i] : colour(lines[i]);
            if (i == lines.Count - 1 && tail is not null && lines[i].Length + 2 + tail.Length <= Room)
            {
                line += $"  {paint.Dim(Show.Safe(tail))}";
                tail = null;
            }
            Line(start + line);
        }
        foreach (var line in tail is null ? [] : Wrap(Show.Safe(tail)))
        {
            Line(new string(' ', Indent) + paint.Dim(line));
        }
    }

    /// <summary>Writes a command line below a text, as it is to be typed.</summary>
    public void Command(string line) => Line(new string(' ', Indent) + paint.Strong(Show.Safe(line)));

    /// <summary>An empty line.</summary>
    public void Gap() => output.WriteLine();

    // A terminal's own padding is not wanted at the end of a line; colours end with a letter.
    private void Line(string text) => output.WriteLine(text.TrimEnd());

    /// <summary>Breaks at blanks, and behind commas, since JSON has no blanks; where there is neither, anywhere.</summary>
    private List<string> Wrap(string text)
    {
        var lines = new List<string>();
        while (text.Length > Room)
        {
            var at = text.AsSpan(0, Room + 1).LastIndexOf(' ');
            at = Math.Max(at, text.AsSpan(0, Room).LastIndexOf(',') + 1);
            if (at < Room / 3)
            {
                at = char.IsHighSurrogate(text[Room - 1]) ? Room - 1 : Room;
            }
            lines.Add(text[..at].TrimEnd());
            text = text[at..].TrimStart(' ');
        }
        lines.Add(text);
        return lines;
    }
}
