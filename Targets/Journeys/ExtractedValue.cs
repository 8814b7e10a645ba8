namespace ApeTest.Targets.Journeys;

/// <summary>A value that a session knows, for its record.</summary>
/// <param name="Name">Name.</param>
/// <param name="Value">Its text, shortened; <c>[redacted]</c> for a secret.</param>
/// <param name="Source">Where it comes from: step and source.</param>
public readonly record struct ExtractedValue(string Name, string Value, string Source);
