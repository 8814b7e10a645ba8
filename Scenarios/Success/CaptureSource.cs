using System.Text.RegularExpressions;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Success;

/// <summary>
/// Where a captured value is taken from, as one text: <c>$.id</c> (JSON path), <c>header:Location</c>, <c>regex:no\. (\d+)</c> (of the body),
/// or one of the others and then a part of it: <c>header:Location regex:/orders/([^/]+)$</c>. A regex gives its group <c>value</c>, else its
/// first group, else all that it matched. In steps of journeys also <c>cookie:sid</c>, <c>css:input[name=csrf]@value</c> (an attribute; without
/// <c>@</c> the text) and <c>xpath://order/id</c>.
/// </summary>
public sealed class CaptureSource
{
    private const string HeaderPrefix = "header:";
    private const string RegexPrefix = "regex:";
    private const string CookiePrefix = "cookie:";
    private const string CssPrefix = "css:";
    private const string XPathPrefix = "xpath:";
    private const string Hint = "Write `$.id`, `header:Location`, `regex:no\\. (\\d+)` or `header:Location regex:/orders/([^/]+)$`.";

    private CaptureSource(string text) => Text = text;

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>JSON path in the body; null for none.</summary>
    public string? JsonPath { get; private init; }

    /// <summary>Name of the header; null for none.</summary>
    public string? Header { get; private init; }

    /// <summary>Name of the cookie, as the session has it after the answer; null for none.</summary>
    public string? Cookie { get; private init; }

    /// <summary>CSS selector in an HTML body, without <see cref="CssAttribute"/>; null for none.</summary>
    public string? Css { get; private init; }

    /// <summary>Attribute of the first element that <see cref="Css"/> selects; null for its text.</summary>
    public string? CssAttribute { get; private init; }

    /// <summary>XPath 1.0 expression in an XML body; null for none.</summary>
    public string? XPath { get; private init; }

    /// <summary>Whether only steps of journeys can take it: a cookie, CSS or XPath.</summary>
    public bool IsOfSteps => Cookie is not null || Css is not null || XPath is not null;

    /// <summary>Which part of it, or of the body where nothing else is given; null for all.</summary>
    public Regex? Regex { get; private init; }

    /// <summary>Reads a source. A malformed one throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static CaptureSource Parse(string text) => TryParse(text, out var source, out var error)
        ? source
        : throw new ApeTestException($"capture {Quote.Text(text)}: {error.Message}.", error.Suggestion ?? Hint, ExitCodes.Input);

    /// <summary>Reads a source of a goal's condition, which knows neither cookies nor markup; false with what is wrong.</summary>
    public static bool TryParseOfGoal(string text, out CaptureSource source, out TextError error)
    {
        if (TryParse(text, out source, out error) && source.IsOfSteps)
        {
            error = new TextError(0, $"{Quote.Text(text)} can be taken by steps of journeys only", "Write `$.id`, `header:Location` or `regex:no\\. (\\d+)`.");
        }
        return error.Message is null;
    }

    /// <summary>Reads a source; false with what is wrong.</summary>
    public static bool TryParse(string text, out CaptureSource source, out TextError error)
    {
        source = null!;
        error = default;
        var (from, pattern) = (text, (string?)null);
        if (text.StartsWith(RegexPrefix, StringComparison.Ordinal))
        {
            (from, pattern) = ("", text[RegexPrefix.Length..]);
        }
        else if (text.IndexOf(" " + RegexPrefix, StringComparison.Ordinal) is > 0 and var at)
        {
            (from, pattern) = (text[..at].TrimEnd(), text[(at + 1 + RegexPrefix.Length)..]);
        }
        Regex? regex = null;
        if (pattern is not null && !SafeRegex.TryParse(pattern, out regex, out error))
        {
            return false;
        }
        if (from.StartsWith(HeaderPrefix, StringComparison.Ordinal))
        {
            var name = from[HeaderPrefix.Length..].Trim();
            if (SuccessRules.HeaderName(name) is { } wrong)
            {
                error = wrong;
                return false;
            }
            source = new CaptureSource(text) { Header = name, Regex = regex };
            return true;
        }
        if (from.StartsWith(CookiePrefix, StringComparison.Ordinal))
        {
            var name = from[CookiePrefix.Length..].Trim();
            if (SuccessRules.HeaderName(name) is not null)
            {
                error = new TextError(0, $"{Quote.Text(name)} is not the name of a cookie", "Use for example `cookie:sid`.");
                return false;
            }
            source = new CaptureSource(text) { Cookie = name, Regex = regex };
            return true;
        }
        if (from.StartsWith(CssPrefix, StringComparison.Ordinal))
        {
            if (!MarkupPath.TryParseCss(from[CssPrefix.Length..].Trim(), out var selector, out var attribute, out error))
            {
                return false;
            }
            source = new CaptureSource(text) { Css = selector, CssAttribute = attribute, Regex = regex };
            return true;
        }
        if (from.StartsWith(XPathPrefix, StringComparison.Ordinal))
        {
            var path = from[XPathPrefix.Length..].Trim();
            if (MarkupPath.XPathError(path) is { } wrongPath)
            {
                error = wrongPath;
                return false;
            }
            source = new CaptureSource(text) { XPath = path, Regex = regex };
            return true;
        }
        if (from.Length == 0 && regex is not null)
        {
            source = new CaptureSource(text) { Regex = regex };
            return true;
        }
        if (SuccessRules.JsonPath(from) is { } notPath)
        {
            error = notPath with { Suggestion = $"{notPath.Suggestion} {Hint}" };
            return false;
        }
        source = new CaptureSource(text) { JsonPath = from, Regex = regex };
        return true;
    }
}
