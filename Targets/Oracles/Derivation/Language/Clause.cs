namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>A clause of a goal: one verb and what it is about.</summary>
/// <param name="Phrase">Its words as written.</param>
/// <param name="Verb">Its verb; null where the word that must be one is unknown.</param>
/// <param name="Phrases">What it is about.</param>
/// <param name="Doubt">Why it cannot be relied on, as the clause of a message; null where it can.</param>
/// <param name="IsOptional">Whether the goal leaves it to the agent: <c>register if needed</c>.</param>
internal sealed record Clause(string Phrase, Verb? Verb, Phrases Phrases, string? Doubt, bool IsOptional);
