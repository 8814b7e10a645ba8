using System.Globalization;
using System.Xml;
using System.Xml.XPath;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>
/// <c>xpath:</c>: XPath 1.0 over an answer that is XML (XHTML too): the first node's text, or what the expression computes. A document type is
/// refused, so nothing is expanded or fetched. Immutable.
/// </summary>
internal sealed class XPathSource
{
    // An expression may look at each element below each other: on a page that nests without end that is the square of its length.
    private const int Deepest = 256;

    /// <summary>Longest document in characters: a loop's thread waits for it.</summary>
    private const int Longest = 256 * 1024;

    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true };

    private readonly XPathExpression _expression;

    /// <summary>Reads the expression; throws <see cref="XPathException"/> where it is none.</summary>
    public XPathSource(string expression) => _expression = XPathExpression.Compile(expression);

    /// <summary>Takes the value; why there is none, or null.</summary>
    public string? Take(string text, out string? value)
    {
        value = null;
        if (text.Length > Longest)
        {
            return $"is not looked for: the document has more than {Longest} characters";
        }
        try
        {
            if (IsTooDeep(text))
            {
                return $"is not looked for: elements nest deeper than {Deepest}";
            }
            using var reader = XmlReader.Create(new StringReader(text), Settings);
            // A compiled expression keeps its place while it is evaluated, so every reading has its own.
            value = new XPathDocument(reader).CreateNavigator().Evaluate(_expression.Clone()) switch
            {
                XPathNodeIterator nodes => nodes.MoveNext() ? nodes.Current!.Value : null,
                bool truth => truth ? "true" : "false",
                double number => number.ToString("R", CultureInfo.InvariantCulture),
                var other => other.ToString(),
            };
            return value is null ? "is not in the answer" : null;
        }
        catch (XmlException)
        {
            return "is not there: the body is not XML without a document type";
        }
        catch (XPathException)
        {
            return "cannot be evaluated on this answer";
        }
    }

    private static bool IsTooDeep(string text)
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
