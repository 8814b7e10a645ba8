namespace ApeTest.Targets.Journeys.Reading;

/// <summary>A value that a step takes from its answer, where that costs no document: a JSON path, a header, a cookie.</summary>
/// <param name="Slot">Where it goes.</param>
/// <param name="Text">The source as written.</param>
/// <param name="Leaf">Number of its JSON path; -1 for another source.</param>
/// <param name="Header">Name of its header; null for another source.</param>
/// <param name="Cookie">Name of its cookie; null for another source.</param>
internal sealed record AnswerSource(ValueSlot Slot, string Text, int Leaf = -1, byte[]? Header = null, string? Cookie = null);
