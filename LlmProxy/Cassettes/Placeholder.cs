using System.Globalization;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// How a value that changes from run to run is written in a cassette: <c>{{uuid:3}}</c> is the third such value of the request, <c>{{uuid:3:0-5}}</c> its first five
/// characters and <c>{{uuid:3:5-}}</c> the rest, where the events of a stream cut it. <c>{{}}</c> is a literal <c>{{</c>.
/// </summary>
internal static partial class Placeholder
{
    public const string Start = "{{";
    public const string LiteralStart = "{{}}";

    /// <summary>The whole value.</summary>
    /// <param name="kind">What it is: <c>uuid</c>, <c>time</c>, <c>secret</c>, ...</param>
    /// <param name="number">Which value of the request, from 1.</param>
    public static string Whole(string kind, int number) => string.Create(CultureInfo.InvariantCulture, $"{{{{{kind}:{number}}}}}");

    /// <summary>Its characters from <paramref name="from"/> to before <paramref name="to"/>; null: to its end.</summary>
    public static string Part(string kind, int number, int from, int? to) =>
        string.Create(CultureInfo.InvariantCulture, $"{{{{{kind}:{number}:{from}-{to}}}}}");

    /// <summary>Puts values in. A number that no value has stays as it is.</summary>
    public static string Fill(string text, IReadOnlyList<VolatileValue> values) => Pattern().Replace(text, match =>
    {
        if (!match.Groups["number"].Success)
        {
            return Start;
        }

        if (!int.TryParse(match.Groups["number"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1 || number > values.Count)
        {
            return match.Value;
        }

        var value = values[number - 1].Text;
        if (!match.Groups["from"].Success)
        {
            return value;
        }

        var from = Math.Min(value.Length, Number(match.Groups["from"]));
        var to = match.Groups["to"].Length == 0 ? value.Length : Math.Min(value.Length, Number(match.Groups["to"]));
        return value[from..Math.Max(from, to)];
    });

    private static int Number(Group group) => int.TryParse(group.ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : int.MaxValue;

    [GeneratedRegex(@"\{\{(?:[a-z]+:(?<number>[0-9]{1,9})(?::(?<from>[0-9]{1,9})-(?<to>[0-9]{0,9}))?)?\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}

/// <summary>A value of a request that changes from run to run.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The value itself. It may be a secret: it never reaches a file, a log or an error.</param>
internal readonly record struct VolatileValue(string Kind, string Text);
