using System.Text;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Finds a request's values in texts and writes placeholders in their place.</summary>
/// <param name="values">Those that are looked for, each with its index in the request.</param>
internal sealed class ValueFinder(IReadOnlyList<(int Index, VolatileValue Item)> values)
{
    // The longest first: a time is found before the date in it.
    private readonly (int Index, VolatileValue Item)[] _values = [.. values.OrderByDescending(value => value.Item.Text.Length)];

    /// <summary>The texts, which follow each other as one, with placeholders; a value that several texts share leaves its part in each.</summary>
    public string[] Template(string[] texts)
    {
        var whole = string.Concat(texts);
        var found = Find(whole);
        if (found.Count == 0 && !whole.Contains(Placeholder.Start, StringComparison.Ordinal))
        {
            return texts;
        }

        var result = new string[texts.Length];
        var start = 0;
        for (var i = 0; i < texts.Length; i++)
        {
            var end = start + texts[i].Length;
            result[i] = Template(whole, start, end, found);
            start = end;
        }

        return result;
    }

    private List<Match> Find(string whole)
    {
        List<Match> found = [];
        foreach (var (index, value) in _values)
        {
            for (var at = whole.IndexOf(value.Text, StringComparison.Ordinal); at >= 0; at = whole.IndexOf(value.Text, at + value.Text.Length, StringComparison.Ordinal))
            {
                if (!found.Exists(other => at < other.End && other.Start < at + value.Text.Length))
                {
                    found.Add(new Match(at, at + value.Text.Length, value.Kind, index + 1));
                }
            }
        }

        found.Sort((a, b) => a.Start.CompareTo(b.Start));
        return found;
    }

    private static string Template(string whole, int start, int end, List<Match> found)
    {
        var output = new StringBuilder(end - start);
        var at = start;
        foreach (var match in found)
        {
            var (from, to) = (Math.Max(match.Start, start), Math.Min(match.End, end));
            if (from >= to)
            {
                continue;
            }

            Append(output, whole.AsSpan(at, from - at));
            output.Append(from == match.Start && to == match.End
                ? Placeholder.Whole(match.Kind, match.Number)
                : Placeholder.Part(match.Kind, match.Number, from - match.Start, to == match.End ? null : to - match.Start));
            at = to;
        }

        Append(output, whole.AsSpan(at, end - at));
        return output.ToString();
    }

    private static void Append(StringBuilder output, ReadOnlySpan<char> text) =>
        output.Append(text.ToString().Replace(Placeholder.Start, Placeholder.LiteralStart, StringComparison.Ordinal));

    private readonly record struct Match(int Start, int End, string Kind, int Number);
}
