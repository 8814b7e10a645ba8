namespace ApeTest.Cli.Errors;

/// <summary>Finds the word that was meant.</summary>
internal static class UnknownWord
{
    /// <summary>The nearest candidate by edit distance, or one that the word begins or continues; null where none is near.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        string? best = null;
        var bestDistance = int.MaxValue;
        foreach (var candidate in candidates)
        {
            var distance = Distance(word, candidate);
            var near = distance <= Math.Max(1, Math.Min(word.Length, candidate.Length) / 3)
                || (word.TrimStart('-').Length >= 3 && candidate.StartsWith(word, StringComparison.OrdinalIgnoreCase));
            if (near && distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }
        return best;
    }

    /// <summary>Edits that turn one word into the other: insert, delete, replace, swap of neighbours; without case.</summary>
    private static int Distance(string left, string right)
    {
        var rows = new int[left.Length + 1, right.Length + 1];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    rows[i, j] = i + j;
                    continue;
                }
                var value = Math.Min(Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1, rows[i - 1, j - 1] + (Same(left[i - 1], right[j - 1]) ? 0 : 1));
                if (i > 1 && j > 1 && Same(left[i - 1], right[j - 2]) && Same(left[i - 2], right[j - 1]))
                {
                    value = Math.Min(value, rows[i - 2, j - 2] + 1);
                }
                rows[i, j] = value;
            }
        }
        return rows[left.Length, right.Length];
    }

    private static bool Same(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
