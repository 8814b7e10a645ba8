using ApeTest.Cli.Rendering;

namespace ApeTest.Cli.Commands.Doctor;

/// <summary>Findings for people: a line each, and below it why it matters and what mends it.</summary>
internal static class DoctorText
{
    private const int LevelWidth = 9;
    private const int CheckWidth = 14;

    public static void Write(TextWriter output, IReadOnlyList<Finding> findings, int width, bool color)
    {
        foreach (var finding in findings)
        {
            Entry(output, Level(finding.Level, color), finding.Check, finding.Found, width);
            if (finding.Level is FindingLevel.Ok)
            {
                continue;
            }
            Entry(output, new string(' ', LevelWidth), "why", finding.Why, width);
            Entry(output, new string(' ', LevelWidth), "fix", finding.Fix, width);
        }
        var (problems, warnings) = (findings.Count(static finding => finding.Level is FindingLevel.Problem), findings.Count(static finding => finding.Level is FindingLevel.Warning));
        output.WriteLine();
        output.WriteLine(problems == 0
            ? $"Ready to run{(warnings == 0 ? "" : $"; {warnings} {(warnings == 1 ? "warning" : "warnings")}")}."
            : $"{problems} {(problems == 1 ? "problem" : "problems")}, {warnings} {(warnings == 1 ? "warning" : "warnings")}.");
    }

    private static void Entry(TextWriter output, string level, string name, string? text, int width)
    {
        var head = level + name.PadRight(CheckWidth);
        foreach (var line in (text ?? string.Empty).ReplaceLineEndings("\n").Split('\n').SelectMany(line => TextWrap.Lines(Show.Safe(line.Trim()), Math.Max(40, width - LevelWidth - CheckWidth - 1))))
        {
            if (line.Length > 0)
            {
                output.WriteLine(head + line);
                head = new string(' ', LevelWidth + CheckWidth);
            }
        }
    }

    private static string Level(FindingLevel level, bool color)
    {
        var (word, code) = level switch { FindingLevel.Ok => ("ok", 32), FindingLevel.Warning => ("warning", 33), _ => ("problem", 31) };
        var padded = word.PadRight(LevelWidth);
        return color ? $"\e[{code}m{padded}\e[0m" : padded;
    }
}
