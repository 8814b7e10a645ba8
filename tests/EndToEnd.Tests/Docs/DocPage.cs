using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace ApeTest.EndToEnd.Tests.Docs;

/// <summary>A page of the documentation.</summary>
internal static partial class DocPage
{
    /// <summary>Made of the commands themselves, with a golden file of its own.</summary>
    public const string Generated = "docs/commands.md";

    /// <summary>The repository.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>All pages but the generated one: README and docs/*.md.</summary>
    public static IReadOnlyList<string> All { get; } =
        ["README.md", .. Directory.GetFiles(Path.Combine(Root, "docs"), "*.md").Select(static file => "docs/" + Path.GetFileName(file)).Where(static page => page != Generated).Order(StringComparer.Ordinal)];

    /// <summary>Its blocks.</summary>
    public static IReadOnlyList<DocBlock> Blocks(string page)
    {
        var blocks = new List<DocBlock>();
        var marks = new DocMarks();
        List<string>? open = null;
        var (line, number, indent, language) = (0, 0, 0, "");
        foreach (var text in File.ReadLines(Path.Combine(Root, page)))
        {
            number++;
            if (open is not null)
            {
                if (text.TrimStart().StartsWith("```", StringComparison.Ordinal))
                {
                    blocks.Add(new DocBlock(page, line, language, string.Join('\n', open), marks));
                    (open, marks) = (null, new DocMarks());
                }
                else
                {
                    open.Add(text.Length >= indent ? text[indent..] : text.TrimStart());
                }
            }
            else if (Fence().Match(text) is { Success: true } fence)
            {
                (open, line, indent, language) = ([], number, fence.Groups[1].Length, fence.Groups[2].Value);
            }
            else
            {
                // Marks stand directly before their block; only blank lines and more marks may lie between.
                marks = text.TrimStart().StartsWith("<!--", StringComparison.Ordinal) ? marks.With(text) : text.Length == 0 ? marks : new DocMarks();
            }
        }
        return blocks;
    }

    private static string FindRoot([CallerFilePath] string source = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(source)!, "..", "..", ".."));

    [GeneratedRegex(@"^( *)```([\w-]*)\s*$")]
    private static partial Regex Fence();
}
