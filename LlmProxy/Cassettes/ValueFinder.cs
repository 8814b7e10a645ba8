using System.Buffers;
using System.Text;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Finds a request's values in texts and writes placeholders in their place.</summary>
internal sealed class ValueFinder
{
    private const int PlaceLength = 64; // more than an id's name and what stands between it and its value
    private const int ShortestAnywhere = 8;

    private readonly Dictionary<string, (int Index, string Kind)> _values = new(StringComparer.Ordinal);
    private readonly int[] _lengths;
    private readonly SearchValues<string>? _any;

    /// <summary>Takes what is looked for.</summary>
    /// <param name="values">Each with its index in the request.</param>
    public ValueFinder(IEnumerable<(int Index, VolatileValue Item)> values)
    {
        foreach (var (index, value) in values)
        {
            _values[value.Text] = (index, value.Kind);
        }

        // The longest first: a time is found before the date in it.
        _lengths = [.. _values.Keys.Select(text => text.Length).Distinct().OrderDescending()];
        _any = _values.Count == 0 ? null : SearchValues.Create([.. _values.Keys], StringComparison.Ordinal);
    }

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
        for (var at = 0; _any is not null && whole.AsSpan(at).IndexOfAny(_any) is >= 0 and var next;)
        {
            at += next;
            if (At(whole, at) is { } match)
            {
                found.Add(match);
                at = match.End;
            }
            else
            {
                at++;
            }
        }

        return found;
    }

    private Match? At(string whole, int start)
    {
        var known = _values.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var length in _lengths)
        {
            if (start + length <= whole.Length && known.TryGetValue(whole.AsSpan(start, length), out var value) && Stands(whole, start, start + length, value.Kind))
            {
                return new Match(start, start + length, value.Kind, value.Index + 1);
            }
        }

        return null;
    }

    // An id is no part of a longer one, nor a short number an amount. What is long and random may stand within a word.
    private static bool Stands(string whole, int start, int end, string kind)
    {
        if (kind != VolatileValues.Id && end - start >= ShortestAnywhere)
        {
            return true;
        }

        var isWord = (start == 0 || !IsWordPart(whole[start - 1])) && (end == whole.Length || !(whole[end] == '-' ? end + 1 < whole.Length && IsWordPart(whole[end + 1]) : IsWordPart(whole[end])));
        return isWord && (kind != VolatileValues.Id || !VolatileValues.IsPlaceBound(whole[start..end]) || ValuePatterns.IdPlace().IsMatch(whole.AsSpan(Math.Max(0, start - PlaceLength)..start)));
    }

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c == '_';

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
