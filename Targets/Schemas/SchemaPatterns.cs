using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace ApeTest.Targets.Schemas;

/// <summary>
/// Compiled patterns, shared: the operations of a document repeat the same few. Patterns are ECMA 262 and read in .NET's dialect, which
/// covers nearly all; without backtracking where that is possible, and under a time limit where it is not. Thread-safe.
/// </summary>
internal static class SchemaPatterns
{
    private const int MaxKept = 1000;

    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(250);

    private static readonly ConcurrentDictionary<string, Regex> Kept = new(StringComparer.Ordinal);

    /// <summary>The pattern compiled. One that .NET cannot read throws <see cref="ArgumentException"/>.</summary>
    public static Regex Compile(string pattern)
    {
        if (Kept.TryGetValue(pattern, out var known))
        {
            return known;
        }
        var compiled = Create(pattern);
        if (Kept.Count < MaxKept)
        {
            Kept.TryAdd(pattern, compiled);
        }
        return compiled;
    }

    private static Regex Create(string pattern)
    {
        try
        {
            return new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking, Timeout);
        }
        catch (NotSupportedException)
        {
            // Look-around, back references and great repetition counts need backtracking; the timeout bounds it.
            return new Regex(pattern, RegexOptions.CultureInvariant, Timeout);
        }
    }
}
