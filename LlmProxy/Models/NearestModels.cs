namespace ApeTest.LlmProxy.Models;

/// <summary>Finds the models that are probably meant: those of the same family (the letters the id begins with) first, then by edit distance.</summary>
internal static class NearestModels
{
    // The distance takes time and memory by the product of both lengths, and one of them is the caller's.
    private const int LongestName = 128;

    /// <summary>At most <paramref name="count"/> of <paramref name="ids"/>, the nearest to <paramref name="wanted"/> first.</summary>
    public static IReadOnlyList<string> Of(IEnumerable<string> ids, string wanted, int count)
    {
        wanted = Cut(wanted);
        var family = Family(wanted);
        return [.. ids
            .OrderBy(id => family.Length > 0 && Family(id).Equals(family, StringComparison.OrdinalIgnoreCase) ? 0 : 1)
            .ThenBy(id => Distance(Cut(id), wanted))
            .ThenBy(id => id, StringComparer.Ordinal)
            .Take(count)];
    }

    private static string Cut(string name) => name.Length <= LongestName ? name : name[..LongestName];

    private static string Family(string id) => string.Concat(id.TakeWhile(char.IsAsciiLetter));

    // Levenshtein, without regard to case.
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]) ? 0 : 1;
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j] + 1, row[j - 1] + 1), diagonal + cost));
            }
        }

        return row[b.Length];
    }
}
