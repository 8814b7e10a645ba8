using System.Globalization;
using System.Text;

namespace ApeTest.Scenarios.Loading.Sources;

/// <summary>One step of a path: a key, an index, or all items of a list.</summary>
internal readonly record struct PathStep(string? Key, int Index)
{
    /// <summary>Index of <c>[*]</c>.</summary>
    public const int All = -1;

    public bool IsIndex => Key is null;

    public static PathStep Of(string key) => new(key, 0);

    public static PathStep Of(int index) => new(null, index);
}

/// <summary>Paths of fields: <c>goals[0].success</c>, <c>personas[*].think</c>, <c>target.headers["X-Api.Key"]</c>.</summary>
internal static class FieldPath
{
    private const int MaxIndex = 100_000;

    /// <summary>Path of a key under <paramref name="parent"/>, in brackets where it is not a plain name.</summary>
    public static string Append(string parent, string key)
    {
        var plain = key.Length > 0 && !key.AsSpan().ContainsAny(".[]\"\n\t ");
        var step = plain ? key : $"[\"{Quote.Plain(key)}\"]";
        return parent.Length == 0 || !plain ? parent + step : $"{parent}.{step}";
    }

    /// <summary>Path of an item.</summary>
    public static string Append(string parent, int index) => $"{parent}[{index.ToString(CultureInfo.InvariantCulture)}]";

    /// <summary>Reads a path; null where it is none. Labels in braces belong to the key: <c>thresholds.http_p95{operation=a.b}</c>.</summary>
    public static List<PathStep>? Parse(string path)
    {
        var steps = new List<PathStep>();
        var at = 0;
        while (at < path.Length)
        {
            if (path[at] == '[')
            {
                var close = path.IndexOf(path.AsSpan(at).StartsWith("[\"") ? "\"]" : "]", at + 1, StringComparison.Ordinal);
                if (close < 0 || Bracket(path[(at + 1)..close]) is not { } step)
                {
                    return null;
                }
                steps.Add(step);
                at = close + (step.IsIndex ? 1 : 2);
            }
            else
            {
                if (path[at] == '.' && steps.Count > 0)
                {
                    at++;
                }
                var key = Key(path, ref at);
                if (key.Length == 0)
                {
                    return null;
                }
                steps.Add(PathStep.Of(key));
            }
        }
        return steps.Count == 0 ? null : steps;
    }

    private static PathStep? Bracket(string text)
    {
        if (text.StartsWith('"'))
        {
            return PathStep.Of(text[1..]);
        }
        if (text == "*")
        {
            return PathStep.Of(PathStep.All);
        }
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index <= MaxIndex ? PathStep.Of(index) : null;
    }

    private static string Key(string path, ref int at)
    {
        var key = new StringBuilder();
        var braces = 0;
        for (; at < path.Length && (braces > 0 || path[at] is not ('.' or '[')); at++)
        {
            braces += path[at] switch { '{' => 1, '}' => -1, _ => 0 };
            key.Append(path[at]);
        }
        return key.ToString();
    }
}
