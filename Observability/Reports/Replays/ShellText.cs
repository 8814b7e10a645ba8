using System.Collections.Frozen;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using ApeTest.Scenarios.Data;

namespace ApeTest.Observability.Reports.Replays;

/// <summary>
/// Text of a request as a word of a POSIX shell, which makes the very same text of it. Everything is quoted, since it may come from a target, but for what is not known:
/// <c>{{user.password}}</c> becomes <c>$USER_PASSWORD</c>, which the reader sets, and so does a mark of something redacted.
/// </summary>
internal sealed partial class ShellText
{
    private const int MostName = 40;

    // A shell or its commands read these, and some cannot be set.
    private static readonly FrozenSet<string> Taken = FrozenSet.ToFrozenSet(
    [
        "PATH", "IFS", "ENV", "HOME", "PWD", "OLDPWD", "CDPATH", "SHELL", "TERM", "USER", "LOGNAME", "HOSTNAME", "UID", "EUID", "PPID", "GROUPS", "RANDOM", "SECONDS", "LINENO", "TMPDIR", "LANG",
        "OPTARG", "OPTIND", "PS1", "PS2", "PS4", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "CURL_HOME", "LD_PRELOAD", "LD_LIBRARY_PATH",
    ], StringComparer.Ordinal);

    private static readonly Regex Placeholder = new($@"\{{\{{[^{{}}]{{1,200}}\}}\}}|{Regex.Escape(RedactedText.Mark)}", RegexOptions.CultureInvariant);

    private readonly SortedDictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Variables that were named so far, with what they stand for.</summary>
    public IReadOnlyDictionary<string, string> Variables => _variables;

    /// <summary>The text as one word.</summary>
    public string Word(string text)
    {
        var word = new StringBuilder("'");
        var at = 0;
        foreach (Match match in Placeholder.Matches(text))
        {
            Literal(word, text.AsSpan(at, match.Index - at));
            word.Append("'\"$").Append(Variable(match.Value)).Append("\"'");
            at = match.Index + match.Length;
        }
        Literal(word, text.AsSpan(at));
        return word.Append('\'').ToString();
    }

    /// <summary>The variable of a placeholder. Two placeholders never share one.</summary>
    public string Variable(string placeholder)
    {
        var of = placeholder.Trim('{', '}', '[', ']', ' ');
        var colon = of.IndexOf(':', StringComparison.Ordinal);
        of = colon > 0 ? of[..colon].TrimEnd() : of;
        if (_names.TryGetValue(of, out var known))
        {
            return known;
        }
        var name = NoName().Replace(of, "_").Trim('_').ToUpperInvariant();
        name = name.Length == 0 || char.IsDigit(name[0]) || Taken.Contains(name) || name.StartsWith("BASH", StringComparison.Ordinal) ? $"V_{name}" : name;
        name = name.Length > MostName ? name[..MostName].TrimEnd('_') : name;
        var free = name;
        for (var next = 2; _variables.ContainsKey(free); next++)
        {
            free = string.Create(CultureInfo.InvariantCulture, $"{name}_{next}");
        }
        _variables.Add(free, placeholder);
        return _names[of] = free;
    }

    // Within single quotes nothing means anything but the quote itself. What turns the direction of text must not deceive its reader, and a carriage return not its terminal: such
    // characters are made by printf. A NUL cannot be in an argument.
    private static void Literal(StringBuilder word, ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[4];
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (character == '\'')
            {
                word.Append("'\\''");
            }
            else if (character == '\0')
            {
                word.Append('?');
            }
            else if (VisibleText.IsHidden(character))
            {
                word.Append("'\"$(printf '");
                foreach (var value in bytes[..Encoding.UTF8.GetBytes(text.Slice(i, 1), bytes)])
                {
                    word.Append('\\').Append(Convert.ToString(value, 8).PadLeft(3, '0'));
                }
                word.Append("')\"'");
            }
            else
            {
                word.Append(character);
            }
        }
    }

    [GeneratedRegex("[^A-Za-z0-9]+")]
    private static partial Regex NoName();
}
