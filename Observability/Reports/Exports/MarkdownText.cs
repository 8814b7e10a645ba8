using System.Text;

namespace ApeTest.Observability.Reports.Exports;

/// <summary>Text in GitHub-flavoured Markdown: nothing that a target says is markup, a mention or a link.</summary>
public static class MarkdownText
{
    private const int MostText = 300;

    /// <summary>Plain text on one line, also in a cell of a table.</summary>
    public static string Plain(string text)
    {
        var escaped = new StringBuilder();
        foreach (var character in VisibleText.Of(text, MostText).Replace('\n', ' ').Replace('\t', ' '))
        {
            _ = character switch
            {
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '&' => escaped.Append("&amp;"),
                // As numbers, since GitHub makes mentions and issue links of escaped ones too.
                '@' => escaped.Append("&#64;"),
                '#' => escaped.Append("&#35;"),
                '\\' or '`' or '*' or '_' or '[' or ']' or '|' or '~' or '!' => escaped.Append('\\').Append(character),
                _ => escaped.Append(character),
            };
        }
        // An address becomes a link by itself.
        return escaped.Replace("://", "&#58;//").Replace("www.", "www&#46;").ToString();
    }

    /// <summary>Code on one line, also in a cell of a table. Nothing in it is a mention or a link.</summary>
    public static string Code(string text)
    {
        var code = VisibleText.Of(text, MostText).Replace('\n', ' ').Replace('\t', ' ').Replace('`', '\'').Replace("|", "\\|", StringComparison.Ordinal).Trim();
        return code.Length == 0 ? "-" : $"`{code}`";
    }
}
