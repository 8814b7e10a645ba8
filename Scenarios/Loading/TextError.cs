namespace ApeTest.Scenarios.Loading;

/// <summary>What is wrong in a short text such as an expression or a template.</summary>
/// <param name="Position">Character from 0.</param>
/// <param name="Message">What is wrong; null for no error.</param>
/// <param name="Suggestion">What to write instead; null where the message says it.</param>
public readonly record struct TextError(int Position, string? Message, string? Suggestion);
