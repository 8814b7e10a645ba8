using System.Globalization;
using System.Text;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Resolved;

/// <summary>Writes a resolved scenario as YAML. Texts are plain where that is safe and double-quoted, on one line, otherwise.</summary>
internal static class ResolvedYaml
{
    // Characters that mean something at the start of a plain scalar, and those that may end one (YAML 1.2, 7.3.3).
    private const string Indicators = "-?:,[]{}#&*!|>'\"%@`<=~ .+";

    public static string Write(ResolvedMapping root)
    {
        var text = new StringBuilder();
        WriteMapping(text, root, 0, inline: false);
        return text.ToString();
    }

    private static void WriteMapping(StringBuilder text, ResolvedMapping mapping, int indent, bool inline)
    {
        foreach (var (key, value) in mapping.Entries)
        {
            if (!inline)
            {
                text.Append(' ', indent);
            }
            inline = false;
            text.Append(Scalar(key)).Append(':');
            WriteValue(text, value, indent + 2);
        }
    }

    private static void WriteValue(StringBuilder text, ResolvedNode value, int indent)
    {
        switch (value)
        {
            case ResolvedScalar scalar:
                text.Append(' ').Append(scalar.Text is null ? "null" : scalar.IsText ? Scalar(scalar.Text) : scalar.Text);
                Comment(text, scalar.Source, scalar.Note);
                break;
            case ResolvedMapping { Entries.Count: 0 } empty:
                text.Append(" {}");
                Comment(text, empty.Source, null);
                break;
            case ResolvedSequence { Items.Count: 0 } empty:
                text.Append(" []");
                Comment(text, empty.Source, null);
                break;
            case ResolvedMapping mapping:
                text.Append('\n');
                WriteMapping(text, mapping, indent, inline: false);
                break;
            case ResolvedSequence sequence:
                text.Append('\n');
                foreach (var item in sequence.Items)
                {
                    text.Append(' ', indent).Append('-');
                    if (item is ResolvedMapping { Entries.Count: > 0 } mapping)
                    {
                        text.Append(' ');
                        WriteMapping(text, mapping, indent + 2, inline: true);
                    }
                    else
                    {
                        WriteValue(text, item, indent + 2);
                    }
                }
                break;
        }
    }

    private static void Comment(StringBuilder text, string source, string? note)
    {
        text.Append(" # ").Append(source);
        if (note is not null)
        {
            text.Append(", ").Append(note);
        }
        text.Append('\n');
    }

    private static string Scalar(string text)
    {
        var plain = text.Length > 0
            && !Indicators.Contains(text[0], StringComparison.Ordinal)
            && text[^1] is not (' ' or ':')
            && !text.Contains(": ", StringComparison.Ordinal)
            && !text.Contains(" #", StringComparison.Ordinal)
            && text.All(c => c is >= ' ' and < (char)0x7f)
            && ScalarNode.KindOf(text) is ScalarKind.Text;
        return plain ? text : Quoted(text);
    }

    private static string Quoted(string text)
    {
        var result = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
        {
            _ = c switch
            {
                '"' => result.Append("\\\""),
                '\\' => result.Append("\\\\"),
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                < ' ' or (>= (char)0x7f and < (char)0xa0) or '\u2028' or '\u2029' or '\ufeff' => result.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => result.Append(c),
            };
        }
        return result.Append('"').ToString();
    }
}
