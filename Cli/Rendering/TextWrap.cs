namespace ApeTest.Cli.Rendering;

/// <summary>Breaks text at its blanks.</summary>
internal static class TextWrap
{
    /// <summary>The lines, each at most <paramref name="width"/> long, or one word where that is longer. Line breaks of the text stay.</summary>
    public static IEnumerable<string> Lines(string text, int width)
    {
        foreach (var paragraph in text.ReplaceLineEndings("\n").Split('\n'))
        {
            var line = string.Empty;
            foreach (var word in paragraph.Split(' '))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > width)
                {
                    yield return line;
                    line = word;
                }
                else
                {
                    line = line.Length == 0 ? word : $"{line} {word}";
                }
            }
            yield return line;
        }
    }
}
