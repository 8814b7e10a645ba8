using System.Xml.XPath;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Success;

/// <summary>Syntax of the ways into HTML and XML bodies.</summary>
internal static class MarkupPath
{
    private const int MaxLength = 1_000;
    private const string Combinators = ">+~,";
    private const string SelectorCharacters = "-_#.*:()|>+~, ";

    /// <summary>Reads a CSS selector with an attribute at its end: <c>input[name=csrf]@value</c>. What a pseudo-class means is not looked at.</summary>
    public static bool TryParseCss(string text, out string selector, out string? attribute, out TextError error)
    {
        const string Example = "Write for example `css:input[name=csrf]@value`, or `css:h1` for its text.";
        error = default;
        (selector, attribute) = (text, null);
        // Behind the last bracket and quote: an attribute's value may hold the sign.
        var at = text.LastIndexOf('@');
        if (at >= 0 && at > text.LastIndexOfAny([']', '"', '\'']))
        {
            (selector, attribute) = (text[..at].Trim(), text[(at + 1)..].Trim());
            if (attribute.Length == 0 || !attribute.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ':' or '.'))
            {
                error = new TextError(at, $"{Quote.Text(attribute)} is not the name of an attribute", Example);
                return false;
            }
        }
        var isRight = selector.Length is > 0 and <= MaxLength && IsBalanced(selector) && !Combinators.Contains(selector[^1], StringComparison.Ordinal)
            && !Combinators.Contains(selector[0], StringComparison.Ordinal) && !Outside(selector).Contains("..", StringComparison.Ordinal)
            && Outside(selector).All(static c => char.IsLetterOrDigit(c) || SelectorCharacters.Contains(c, StringComparison.Ordinal));
        if (!isRight)
        {
            error = new TextError(0, $"{Quote.Text(selector)} is not a CSS selector", Example);
        }
        return isRight;
    }

    /// <summary>What is wrong with an XPath 1.0 expression; null for nothing.</summary>
    public static TextError? XPathError(string path)
    {
        const string Example = "Write for example `xpath://order/id` or `xpath:string(//order/@id)`.";
        if (path.Length is 0 or > MaxLength)
        {
            return new TextError(0, $"an XPath expression has 1 to {MaxLength} characters (got {path.Length})", Example);
        }
        try
        {
            _ = XPathExpression.Compile(path);
            return null;
        }
        catch (XPathException exception)
        {
            return new TextError(0, $"{Quote.Text(path)} is not an XPath expression: {Quote.Plain(exception.Message.TrimEnd('.'), 160)}", Example);
        }
    }

    /// <summary>Whether brackets and quotes are closed as they are opened.</summary>
    public static bool IsBalanced(string text)
    {
        var open = new Stack<char>();
        char? quote = null;
        for (var i = 0; i < text.Length; i++)
        {
            var character = text[i];
            if (quote is not null)
            {
                i += character == '\\' ? 1 : 0;
                quote = character == quote ? null : quote;
            }
            else if (character is '"' or '\'' && open.Count > 0)
            {
                quote = character;
            }
            else if (character is '[' or '(')
            {
                open.Push(character == '[' ? ']' : ')');
            }
            else if (character is ']' or ')' && (open.Count == 0 || open.Pop() != character))
            {
                return false;
            }
        }
        return quote is null && open.Count == 0;
    }

    /// <summary>The text without what stands in square brackets.</summary>
    private static string Outside(string text)
    {
        var depth = 0;
        return string.Concat(text.Where(character =>
        {
            depth += character switch { '[' => 1, ']' => -1, _ => 0 };
            return depth == 0 && character != ']';
        }));
    }
}
