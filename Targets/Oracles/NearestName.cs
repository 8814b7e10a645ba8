namespace ApeTest.Targets.Oracles;

/// <summary>"Did you mean": the known name with the fewest edits (Levenshtein), where those are few.</summary>
internal static class NearestName
{
    /// <summary>The nearest name; null where none is near enough to be meant.</summary>
    public static string? Of(string text, IEnumerable<string> names)
    {
        string? best = null;
        var least = 1 + Math.Max(1, text.Length / 3);
        foreach (var name in names)
        {
            var edits = Edits(text, name);
            if (edits < least)
            {
                (best, least) = (name, edits);
            }
        }
        return best;
    }

    private static int Edits(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var replaced = diagonal + (char.ToLowerInvariant(left[i - 1]) == char.ToLowerInvariant(right[j - 1]) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(replaced, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
