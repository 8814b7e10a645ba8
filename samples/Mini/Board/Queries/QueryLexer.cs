using System.Globalization;
using System.Text;

namespace ApeTest.Mini.Board.Queries;

/// <summary>Tokens of a GraphQL document (October 2021, section 2.1): names, punctuators, numbers, strings. Block strings are not known.</summary>
internal sealed class QueryLexer(string text)
{
    private int _at;

    /// <summary>The token at hand; <see cref="QueryTokenKind.End"/> behind the last.</summary>
    public QueryToken Current { get; private set; } = new(QueryTokenKind.End, string.Empty);

    /// <summary>Goes to the next token, and returns the one that was at hand.</summary>
    public QueryToken Next()
    {
        var before = Current;
        SkipIgnored();
        Current = _at >= text.Length ? new QueryToken(QueryTokenKind.End, string.Empty) : Read();
        return before;
    }

    private void SkipIgnored()
    {
        while (_at < text.Length && (char.IsWhiteSpace(text[_at]) || text[_at] is ',' or '#' or '\uFEFF'))
        {
            if (text[_at] == '#')
            {
                while (_at < text.Length && text[_at] is not ('\n' or '\r'))
                {
                    _at++;
                }
                continue;
            }
            _at++;
        }
    }

    private QueryToken Read()
    {
        var start = _at;
        var first = text[_at];
        if (char.IsAsciiLetter(first) || first == '_')
        {
            return new QueryToken(QueryTokenKind.Name, While(static c => char.IsAsciiLetterOrDigit(c) || c == '_'));
        }
        if (char.IsAsciiDigit(first) || first == '-')
        {
            _at++;
            return new QueryToken(QueryTokenKind.Number, first + While(static c => char.IsAsciiDigit(c) || c is '.' or 'e' or 'E' or '+' or '-'));
        }
        if (first == '"')
        {
            return new QueryToken(QueryTokenKind.Text, Quoted());
        }
        if (text.AsSpan(_at).StartsWith("...", StringComparison.Ordinal))
        {
            _at += 3;
            return new QueryToken(QueryTokenKind.Mark, "...");
        }
        _at++;
        return "!$():=@[]{|}&".Contains(first, StringComparison.Ordinal)
            ? new QueryToken(QueryTokenKind.Mark, first.ToString())
            : throw new QueryException(string.Create(CultureInfo.InvariantCulture, $"Syntax error: unexpected character '{first}' at {start + 1}."));
    }

    private string While(Func<char, bool> belongs)
    {
        var start = _at;
        while (_at < text.Length && belongs(text[_at]))
        {
            _at++;
        }
        return text[start.._at];
    }

    private string Quoted()
    {
        var result = new StringBuilder();
        for (_at++; _at < text.Length && text[_at] is not ('\n' or '\r'); _at++)
        {
            switch (text[_at])
            {
                case '"':
                    _at++;
                    return result.ToString();
                case '\\' when _at + 1 < text.Length:
                    _at++;
                    result.Append(Escaped());
                    break;
                default:
                    result.Append(text[_at]);
                    break;
            }
        }
        throw new QueryException("Syntax error: a string has no end.");
    }

    private char Escaped()
    {
        switch (text[_at])
        {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u' when _at + 4 < text.Length && ushort.TryParse(text.AsSpan(_at + 1, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _at += 4;
                return (char)code;
            case '"' or '\\' or '/': return text[_at];
            default: throw new QueryException($"Syntax error: unknown escape '\\{text[_at]}'.");
        }
    }
}
