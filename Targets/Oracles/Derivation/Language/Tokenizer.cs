using System.Globalization;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>Cuts a goal into tokens. What is quoted or stands in <c>{{ }}</c> is opaque. Any text is a goal: nothing throws.</summary>
internal sealed class Tokenizer
{
    // A quotation longer than this is a stray quote.
    private const int MaxQuotation = 300;

    private readonly string _text;
    private readonly List<Token> _tokens = [];
    private int _at;

    private Tokenizer(string text) => _text = text;

    public static List<Token> Read(string text)
    {
        var reader = new Tokenizer(text);
        while (reader._at < text.Length)
        {
            reader.Next();
        }
        return reader._tokens;
    }

    private void Next()
    {
        var c = _text[_at];
        if (char.IsWhiteSpace(c))
        {
            Blank();
        }
        else if (c == '{' && Peek(1) == '{' && Find("}}", _at + 2) is { } close)
        {
            Add(TokenKind.Literal, _text[_at..(close + 2)], close + 2);
        }
        else if (Closing(c) is { } quote && FindQuote(quote) is { } end)
        {
            Add(TokenKind.Literal, _text[(_at + 1)..end], end + 1);
        }
        else if (c is ',' or ':' or '(' or ')' or '[' or ']' or '–' or '—' || (c == '-' && char.IsWhiteSpace(Peek(1))))
        {
            Add(TokenKind.Pause, ",", _at + 1);
        }
        else if (c is '.' or '!' or '?' or ';' or '…' or '•')
        {
            Add(TokenKind.Stop, ".", _at + 1);
        }
        else
        {
            Run();
        }
    }

    /// <summary>A line break ends a sentence only before an item of a list: goals in files are wrapped.</summary>
    private void Blank()
    {
        var broken = false;
        for (; _at < _text.Length && char.IsWhiteSpace(_text[_at]); _at++)
        {
            broken |= _text[_at] == '\n';
        }
        if (!broken || _at >= _text.Length)
        {
            return;
        }
        var digits = _at;
        while (digits < _text.Length && char.IsAsciiDigit(_text[digits]) && digits - _at < 3)
        {
            digits++;
        }
        if (_text[_at] is '-' or '*' or '•' || (digits > _at && digits < _text.Length && _text[digits] is '.' or ')'))
        {
            Add(TokenKind.Stop, ".", _at);
        }
    }

    /// <summary>Characters up to a blank, a quotation or a placeholder, less the marks behind them.</summary>
    private void Run()
    {
        var end = _at + 1;
        while (end < _text.Length && !char.IsWhiteSpace(_text[end]) && _text[end] is not (',' or ';' or '"' or '“' or '”' or '«' or '`' or '(' or ')' or '[' or ']' or '—' or '…')
            && !(_text[end] == '{' && end + 1 < _text.Length && _text[end + 1] == '{'))
        {
            end++;
        }
        while (end > _at + 1 && _text[end - 1] is '.' or '!' or '?' or ':' or '\'' or '’' or '”')
        {
            end--;
        }
        var run = _text[_at..end];
        if (!run.Any(char.IsLetterOrDigit))
        {
            if (run == "&")
            {
                Add(TokenKind.Word, "and", end);
            }
            _at = end;
        }
        else if (char.IsDigit(run[0]) && run.All(static c => char.IsDigit(c) || c is '.' or ',' or '%' or '€' or '$' or '£'))
        {
            Add(TokenKind.Number, run, end);
        }
        else if (run.All(static c => char.IsLetter(c) || c is '-' or '\'' or '’'))
        {
            Words(run, end);
        }
        else if (run.Equals("and/or", StringComparison.OrdinalIgnoreCase))
        {
            Add(TokenKind.Word, "or", end);
        }
        else
        {
            Add(TokenKind.Literal, run, end);
        }
    }

    private void Words(string run, int end)
    {
        var word = run.ToLower(CultureInfo.InvariantCulture).Replace('’', '\'');
        if (word.EndsWith("n't", StringComparison.Ordinal))
        {
            Add(TokenKind.Word, "not", end);
            return;
        }
        word = word.EndsWith("'s", StringComparison.Ordinal) ? word[..^2] : word.TrimEnd('\'');
        var parts = word switch
        {
            "to-do" or "to-dos" => ["todo"],
            "e-mail" or "e-mails" => ["email"],
            _ => word.Split('-', '\''),
        };
        var (start, capital) = (_at, char.IsUpper(run[0]));
        foreach (var part in parts)
        {
            if (part.Length > 0)
            {
                _tokens.Add(new Token(TokenKind.Word, part, start, end, capital));
            }
        }
        _at = end;
    }

    private void Add(TokenKind kind, string text, int end)
    {
        _tokens.Add(new Token(kind, text, _at, end));
        _at = end;
    }

    private char Peek(int offset) => _at + offset < _text.Length ? _text[_at + offset] : '\0';

    private char? Closing(char open) => open switch
    {
        '"' or '`' => open,
        '“' or '”' => '”',
        '«' => '»',
        // Otherwise an apostrophe.
        '\'' when _at == 0 || !char.IsLetterOrDigit(_text[_at - 1]) => '\'',
        '‘' => '’',
        _ => null,
    };

    private int? FindQuote(char quote)
    {
        for (var i = _at + 1; i < _text.Length && i - _at <= MaxQuotation; i++)
        {
            if (_text[i] == quote && (quote is not ('\'' or '’') || i + 1 == _text.Length || !char.IsLetterOrDigit(_text[i + 1])))
            {
                return i;
            }
        }
        return null;
    }

    private int? Find(string text, int from)
    {
        var found = _text.AsSpan(from, Math.Min(MaxQuotation, _text.Length - from)).IndexOf(text, StringComparison.Ordinal);
        return found < 0 ? null : from + found;
    }
}
