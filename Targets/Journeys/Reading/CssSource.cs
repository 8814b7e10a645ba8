using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary><c>css:</c>: a selector over an answer that is HTML. Immutable.</summary>
/// <param name="selector">The selector; of what it selects the first element counts.</param>
/// <param name="attribute">The element's attribute; null for its text, without white space around it.</param>
internal sealed class CssSource(string selector, string? attribute)
{
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
    public string? Take(AnswerDocuments answer, out string? value)
    {
        value = null;
        if (answer.Html(out var document) is { } why)
        {
            return why;
        }
        var element = document!.QuerySelector(selector);
        value = attribute is null ? element?.TextContent.Trim() : element?.GetAttribute(attribute);
        return element is null ? "is not in the answer" : value is null ? "has no such attribute" : null;
    }
}
