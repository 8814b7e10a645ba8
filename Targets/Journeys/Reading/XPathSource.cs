using System.Globalization;
using System.Xml.XPath;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>
/// <c>xpath:</c>: XPath 1.0 over an answer that is XML (XHTML too): the first node's text, or what the expression computes. Immutable.
/// </summary>
internal sealed class XPathSource
{
    private readonly XPathExpression _expression;

    /// <summary>Reads the expression; throws <see cref="XPathException"/> where it is none.</summary>
    public XPathSource(string expression) => _expression = XPathExpression.Compile(expression);

    /// <summary>Takes the value; why there is none, or null.</summary>
    public string? Take(AnswerDocuments answer, out string? value)
    {
        value = null;
        if (answer.Xml(out var document) is { } why)
        {
            return why;
        }
        try
        {
            // A compiled expression keeps its place while it is evaluated, so every reading has its own.
            value = document!.CreateNavigator().Evaluate(_expression.Clone()) switch
            {
                XPathNodeIterator nodes => nodes.MoveNext() ? nodes.Current!.Value : null,
                bool truth => truth ? "true" : "false",
                double number => number.ToString("R", CultureInfo.InvariantCulture),
                var other => other.ToString(),
            };
            return value is null ? "is not in the answer" : null;
        }
        catch (XPathException)
        {
            return "cannot be evaluated on this answer";
        }
    }
}
