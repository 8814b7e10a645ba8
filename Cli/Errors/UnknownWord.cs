using ApeTest.Scenarios.Loading;

namespace ApeTest.Cli.Errors;

/// <summary>Finds the word that was meant.</summary>
internal static class UnknownWord
{
    private const int ShortestBeginning = 3;

    /// <summary>The nearest candidate by edit distance, or the first that the word is the beginning of; null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates) =>
        Distances.Closest(word, candidates)
        ?? (word.TrimStart('-').Length < ShortestBeginning ? null
            : candidates.FirstOrDefault(candidate => candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase)));
}
