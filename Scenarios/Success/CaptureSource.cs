using System.Text.RegularExpressions;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Success;

/// <summary>
/// Where a captured value is taken from, as one text: <c>$.id</c> (JSON path), <c>header:Location</c>, <c>regex:no\. (\d+)</c> (of the body),
/// or a path or header and then a part of it: <c>header:Location regex:/orders/([^/]+)$</c>. A regex gives its group <c>value</c>, else its
/// first group, else all that it matched.
/// </summary>
public sealed class CaptureSource
{
    private const string HeaderPrefix = "header:";
    private const string RegexPrefix = "regex:";
    private const string Hint = "Write `$.id`, `header:Location`, `regex:no\\. (\\d+)` or `header:Location regex:/orders/([^/]+)$`.";

    private CaptureSource(string text) => Text = text;

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>JSON path in the body; null for none.</summary>
    public string? JsonPath { get; private init; }

    /// <summary>Name of the header; null for none.</summary>
    public string? Header { get; private init; }

    /// <summary>Which part of it, or of the body where neither path nor header is given; null for all.</summary>
    public Regex? Regex { get; private init; }

    /// <summary>Reads a source. A malformed one throws <see cref="ApeTestException"/> (exit 2).</summary>
    public static CaptureSource Parse(string text) => TryParse(text, out var source, out var error)
        ? source
        : throw new ApeTestException($"capture {Quote.Text(text)}: {error.Message}.", error.Suggestion ?? Hint, ExitCodes.Input);

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
