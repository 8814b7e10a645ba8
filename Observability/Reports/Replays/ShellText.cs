using System.Text;
using System.Text.RegularExpressions;

namespace ApeTest.Observability.Reports.Replays;

/// <summary>
/// Text of a request as a word of a POSIX shell. Everything is quoted, since it may come from a target, but for placeholders: <c>{{user.password}}</c>
/// becomes <c>$USER_PASSWORD</c>, which the reader sets.
/// </summary>
internal sealed partial class ShellText
{
    private readonly SortedDictionary<string, string> _variables = new(StringComparer.Ordinal);

    /// <summary>Variables that were named so far, with what they stand for.</summary>
    public IReadOnlyDictionary<string, string> Variables => _variables;

    /// <summary>The text as one word.</summary>
    public string Word(string text)
    {
        var word = new StringBuilder("'");
        var at = 0;
        foreach (Match match in Placeholder().Matches(text))
        {
            word.Append(Literal(text.AsSpan(at, match.Index - at)));
            word.Append("'\"$").Append(Variable(match.Value)).Append("\"'");
            at = match.Index + match.Length;
        }
        word.Append(Literal(text.AsSpan(at))).Append('\'');
        return word.ToString();
    }

    /// <summary>The variable of a placeholder.</summary>
    public string Variable(string placeholder)
    {
        var name = placeholder.Trim('{', '}', '[', ']', ' ');
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        name = NoName().Replace(colon > 0 ? name[..colon] : name, "_").Trim('_').ToUpperInvariant();
        name = name.Length == 0 || char.IsDigit(name[0]) ? $"V{name}" : name.Length > 40 ? name[..40] : name;
        _variables.TryAdd(name, placeholder);
        return name;
    }

    // Within single quotes nothing means anything but the quote itself. A NUL cannot be in an argument, and what turns the direction of text must not deceive its reader.
    private static string Literal(ReadOnlySpan<char> text)
    {
        var literal = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            _ = character switch
            {
                '\'' => literal.Append("'\\''"),
                '\n' or '\t' => literal.Append(character),
                _ when VisibleText.IsHidden(character) => literal.Append('?'),
                _ => literal.Append(character),
            };
        }
        return literal.ToString();
    }

    [GeneratedRegex(@"\{\{[^{}]{1,200}\}\}|\[redacted\]")]
    private static partial Regex Placeholder();

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NoName();
}
