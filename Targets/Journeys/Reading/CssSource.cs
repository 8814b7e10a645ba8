using AngleSharp.Dom;
using AngleSharp.Html;
using AngleSharp.Html.Parser;
using AngleSharp.Html.Parser.Tokens;
using AngleSharp.Text;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary><c>css:</c>: a selector over an answer that is HTML. Immutable.</summary>
/// <param name="selector">The selector; of what it selects the first element counts.</param>
/// <param name="attribute">The element's attribute; null for its text, without white space around it.</param>
internal sealed class CssSource(string selector, string? attribute)
{
    // Building a tree costs the square of how deep elements nest: a page beyond this is no page.
    private const int Deepest = 5_000;

    private static readonly HashSet<string> Void =
        new(StringComparer.OrdinalIgnoreCase) { "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr" };

    /// <summary>Whether the selector can be read.</summary>
    public bool IsValid
    {
        get
        {
            try
            {
                new HtmlParser().ParseDocument("").QuerySelector(selector);
                return true;
            }
            catch (DomException)
            {
                return false;
            }
        }
    }

    /// <summary>Takes the value; why there is none, or null.</summary>
    public string? Take(string html, out string? value)
    {
        value = null;
        if (Depth(html) > Deepest)
        {
            return $"is not looked for: elements nest deeper than {Deepest}";
        }
        using var document = new HtmlParser().ParseDocument(html);
        var element = document.QuerySelector(selector);
        value = attribute is null ? element?.TextContent.Trim() : element?.GetAttribute(attribute);
        return element is null ? "is not in the answer" : value is null ? "has no such attribute" : null;
    }

    private static int Depth(string html)
    {
        var (depth, deepest) = (0, 0);
        using var source = new TextSource(html);
        using var tokenizer = new HtmlTokenizer(source, HtmlEntityProvider.Resolver) { SkipComments = true, SkipScriptText = true };
        for (var token = tokenizer.Get(); token.Type != HtmlTokenType.EndOfFile; token = tokenizer.Get())
        {
            depth = token.Type switch { HtmlTokenType.StartTag when !Void.Contains(token.Name) => depth + 1, HtmlTokenType.EndTag => Math.Max(0, depth - 1), _ => depth };
            deepest = Math.Max(deepest, depth);
        }
        return deepest;
    }
}
