using System.Text.RegularExpressions;
using ApeTest.Targets.Oracles;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>A value that a step takes from its answer by way of a text or a document: a regular expression, <c>[-1]</c>, CSS, XPath.</summary>
/// <param name="Slot">Where it goes.</param>
/// <param name="Text">The source as written.</param>
/// <param name="Capture">Reads JSON, headers and texts; null for another source.</param>
/// <param name="Cookie">Name of its cookie; null for another source.</param>
/// <param name="Css">Selects in HTML; null for another source.</param>
/// <param name="XPath">Selects in XML; null for another source.</param>
/// <param name="Part">Which part of what a cookie, CSS or XPath gives; null for all.</param>
internal sealed record DocumentSource(
    ValueSlot Slot, string Text, AnswerCapture? Capture = null, string? Cookie = null, CssSource? Css = null, XPathSource? XPath = null, Regex? Part = null);
