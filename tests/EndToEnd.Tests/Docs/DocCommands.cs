using System.Text.RegularExpressions;

namespace ApeTest.EndToEnd.Tests.Docs;

/// <summary>The commands of a block.</summary>
internal static partial class DocCommands
{
    /// <summary>Cuts a block at the ends of its commands: a line goes on behind a backslash and within quotes. Comments and blank lines are left out.</summary>
    public static IReadOnlyList<string> Of(string block)
    {
        var commands = new List<string>();
        var open = "";
        foreach (var line in block.Split('\n'))
        {
            if (open.Length == 0 && (line.Trim().Length == 0 || line.TrimStart().StartsWith('#')))
            {
                continue;
            }
            open += (open.Length == 0 ? "" : "\n") + line;
            if (!open.EndsWith('\\') && !IsWithinQuotes(open))
            {
                commands.Add(open);
                open = "";
            }
        }
        return open.Length == 0 ? commands : throw new FormatException($"The block ends within a command: {open}");
    }

    /// <summary>The words behind each <c>ape-test</c> of a command, as the shell would hand them over; variables stand as they are.</summary>
    public static IEnumerable<string[]> Calls(string command) =>
        ApeTest().Matches(command).Select(match => Words(command[(match.Index + match.Length)..]));

    /// <summary>Whether it runs until it is ended: one of the services alone.</summary>
    public static bool IsService(string command) => Service().IsMatch(command) && !command.Contains("--new-key", StringComparison.Ordinal);

    private static bool IsWithinQuotes(string text)
    {
        char? quote = null;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && quote != '\'')
            {
                i++;
            }
            else if (quote is null && text[i] == '#' && (i == 0 || char.IsWhiteSpace(text[i - 1])))
            {
                i = text.IndexOf('\n', i) is var end && end < 0 ? text.Length : end;
            }
            else if (text[i] is '\'' or '"' && (quote is null || quote == text[i]))
            {
                quote = quote is null ? text[i] : null;
            }
        }
        return quote is not null;
    }

    // Up to the end of the simple command.
    private static string[] Words(string text) =>
        [.. Word().Matches(text).Select(static match => match.Value).TakeWhile(static word => word[0] is not ('#' or '|' or ';' or '&' or '>' or ')')).Select(Unquoted)];

    private static string Unquoted(string word) => Quoted().Replace(word, static match => match.Groups[1].Success ? match.Groups[1].Value : match.Groups[2].Value);

    [GeneratedRegex(@"(?<![\w/.-])(?:\./)?ape-test(?= |$)", RegexOptions.Multiline)]
    private static partial Regex ApeTest();

    [GeneratedRegex(@"^(?:[A-Z_]+=\S+ +)*(?:\./)?ape-test +(?:shop|gateway|proxy|dashboard|sample +\w+)\b(?!.*(?:--help|--stdio))")]
    private static partial Regex Service();

    [GeneratedRegex("""[|;&>)]|#.*|(?:[^\s'"|;&>)\\]|\\[^\n]|'[^']*'|"(?:[^"\\]|\\.)*")+""")]
    private static partial Regex Word();

    [GeneratedRegex("""'([^']*)'|"((?:[^"\\]|\\.)*)""" + "\"")]
    private static partial Regex Quoted();
}
