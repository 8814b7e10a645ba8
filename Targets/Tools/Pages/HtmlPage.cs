using ApeTest.Targets.Http;

namespace ApeTest.Targets.Tools.Pages;

/// <summary>A page as <see cref="HtmlReader"/> reduces it. Bounded: at most 100 links, 20 forms and 32,768 characters of values.</summary>
internal sealed class HtmlPage
{
    /// <summary>Its URL; null where unknown.</summary>
    public Uri? Url { get; init; }

    public string Title { get; set; } = "";

    /// <summary>What can be read on it; empty once the session was told.</summary>
    public string Text { get; set; } = "";

    public List<HtmlLink> Links { get; } = [];

    public List<HtmlForm> Forms { get; } = [];

    /// <summary>The <c>meta</c> element that holds a value against forgery; null for none.</summary>
    public (string Name, string Value)? Csrf { get; set; }

    /// <summary>Header that the page wants the value against forgery in (Spring's <c>_csrf_header</c>); null for none.</summary>
    public string? CsrfHeader { get; set; }

    /// <summary>What was left out for its number or length.</summary>
    public bool IsCut { get; set; }

    /// <summary>The page of an answer; null where that is none.</summary>
    public static HtmlPage? Of(in TargetExchange exchange, Uri? target)
    {
        var type = exchange.Header("Content-Type");
        return exchange.ErrorType is null && !exchange.Body.IsEmpty && type?.Contains("html", StringComparison.OrdinalIgnoreCase) == true
            && ObservationWriter.Text(exchange.Body.Span, type) is { } text
            ? HtmlReader.Read(text, exchange.Url, target)
            : null;
    }
}

/// <summary>A link.</summary>
/// <param name="Text">Its text, or its label where it has none.</param>
/// <param name="Href">Where it leads: a path on the target, an absolute URL otherwise.</param>
internal sealed record HtmlLink(string Text, string Href);
