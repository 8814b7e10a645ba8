using System.Xml;
using System.Xml.XPath;
using AngleSharp.Html.Dom;
using AngleSharp.Html.Parser;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>
/// The documents that an answer's text makes, each parsed once for all sources that ask, and not at all where that would hold up a loop's thread for more
/// than some tens of milliseconds.
/// </summary>
internal sealed class AnswerDocuments(string text) : IDisposable
{
    // An expression may look at each element below each other: on a page that nests without end that is the square of its length.
    private const int Deepest = 256;

    /// <summary>Longest XML in characters: 20 ms of a loop's thread (measured).</summary>
    private const int Longest = 256 * 1024;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true };

    private IHtmlDocument? _html;
    private XPathDocument? _xml;
    private string? _noHtml;
    private string? _noXml;

    /// <summary>The text.</summary>
    public string Text => text;

    /// <summary>The answer as HTML; why there is none, or null.</summary>
    public string? Html(out IHtmlDocument? html)
    {
        if (_html is null)
        {
            _noHtml ??= HtmlCost.Excess(text);
            _html = _noHtml is null ? new HtmlParser().ParseDocument(text) : null;
        }
        html = _html;
        return _noHtml;
    }

    /// <summary>The answer as XML without a document type, so that nothing is expanded or fetched; why there is none, or null.</summary>
    public string? Xml(out XPathDocument? xml)
    {
        if (_xml is null)
        {
            _noXml ??= ReadXml();
        }
        xml = _xml;
        return _noXml;
    }

    /// <inheritdoc/>
    public void Dispose() => _html?.Dispose();

    private string? ReadXml()
    {
        if (text.Length > Longest)
        {
            return $"is not looked for: the document has more than {Longest} characters";
        }
        try
        {
            if (IsTooDeep())
            {
                return $"is not looked for: elements nest deeper than {Deepest}";
            }
            using var reader = XmlReader.Create(new StringReader(text), Settings);
            _xml = new XPathDocument(reader);
            return null;
        }
        catch (XmlException)
        {
            return "is not there: the body is not XML without a document type";
        }
    }

    private bool IsTooDeep()
    {
        using var reader = XmlReader.Create(new StringReader(text), Settings);
        while (reader.Read())
        {
            if (reader.Depth > Deepest)
            {
                return true;
            }
        }
        return false;
    }
}
