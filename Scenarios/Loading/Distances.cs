namespace ApeTest.Scenarios.Loading;

/// <summary>"Did you mean": the nearest known name by Damerau-Levenshtein distance (optimal string alignment), ignoring case.</summary>
public static class Distances
{
    private const int MaxLength = 64;

    /// <summary>The nearest of <paramref name="candidates"/>; null where none is near enough to be meant.</summary>
    public static string? Closest(string text, IEnumerable<string> candidates)
    {
        if (text.Length is 0 or > MaxLength)
        {
            return null;
        }
        string? best = null;
        var bestDistance = 1 + Math.Max(1, text.Length / 3);
        foreach (var candidate in candidates)
        {
            if (candidate.Length > MaxLength)
            {
                continue;
            }
            var distance = Between(Fold(text), Fold(candidate));
            if (distance < bestDistance)
            {
                (best, bestDistance) = (candidate, distance);
            }
        }
        return best;
    }

    /// <summary>Edits (insert, delete, replace, swap of neighbours) that turn one text into the other.</summary>
    public static int Between(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        var width = right.Length + 1;
        var cells = new int[(left.Length + 1) * width];
        for (var i = 0; i <= left.Length; i++)
        {
            for (var j = 0; j <= right.Length; j++)
            {
                if (i == 0 || j == 0)
                {
                    cells[(i * width) + j] = i + j;
                    continue;
                }
                var cost = left[i - 1] == right[j - 1] ? 0 : 1;
                var value = Math.Min(
                    Math.Min(cells[((i - 1) * width) + j] + 1, cells[(i * width) + j - 1] + 1),
                    cells[((i - 1) * width) + j - 1] + cost);
                if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1])
                {
                    value = Math.Min(value, cells[((i - 2) * width) + j - 2] + 1);
                }
                cells[(i * width) + j] = value;
            }
        }
        return cells[^1];
    }

    // base_url, base-url and baseUrl are the same slip.
    private static string Fold(string text) =>
        text.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal).ToLowerInvariant();
}
