using System.Globalization;
using System.Text.RegularExpressions;

namespace ApeTest.ServiceDefaults.Tests.Metrics;

/// <summary>
/// What an exposition says, without how it is written: families in order of name, samples in order of labels, numbers in one form; no units, empty help or
/// families without samples, which some writers show; exemplars without their time and span. Of two expositions that say the same it is the same text.
/// </summary>
internal static partial class ExpositionReading
{
    private static readonly string[] Suffixes = ["_bucket", "_sum", "_count", "_total"];

    /// <summary>The families whose names begin with one of <paramref name="prefixes"/>.</summary>
    public static string Of(string exposition, params string[] prefixes)
    {
        var families = new SortedDictionary<string, (List<string> Head, List<string> Samples)>(StringComparer.Ordinal);
        var family = "";
        foreach (var line in exposition.Split('\n').Where(line => line.Length > 0 && line != "# EOF"))
        {
            if (!line.StartsWith('#'))
            {
                Assert.True(SampleOf(line, family), $"'{line}' stands below {family}");
                families[family].Samples.Add(Sample(line));
                continue;
            }

            var words = line.Split(' ', 4);
            family = words[2];
            families.TryAdd(family, ([], []));
            if (words[1] is "TYPE" || (words[1] is "HELP" && words is [_, _, _, { Length: > 0 }]))
            {
                // In help a quotation mark may be escaped, or not.
                families[family].Head.Add(line.Replace("\\\"", "\"", StringComparison.Ordinal));
            }
        }

        return string.Concat(families.Where(one => one.Value.Samples.Count > 0 && prefixes.Any(prefix => one.Key.StartsWith(prefix, StringComparison.Ordinal)))
            .SelectMany(one => one.Value.Head.Order(StringComparer.Ordinal).Concat(one.Value.Samples.OrderBy(Series, StringComparer.Ordinal).ThenBy(Place).ThenBy(Bound)))
            .Select(line => line + "\n"));
    }

    private static bool SampleOf(string line, string family)
    {
        var name = Name().Match(line).Value;
        return name == family || (name.StartsWith(family, StringComparison.Ordinal) && Suffixes.Contains(name[family.Length..]));
    }

    private static string Sample(string line)
    {
        var at = line.IndexOf(" # {", StringComparison.Ordinal);
        var (sample, exemplar) = at < 0 ? (line, "") : (line[..at], line[at..]);
        var space = sample.LastIndexOf(' ');
        return Le().Replace(sample[..space], le => $"le=\"{Number(le.Groups[1].Value)}\"") + " " + Number(sample[(space + 1)..])
            + ExemplarText().Replace(exemplar, found => $" # {{trace_id=\"{found.Groups[1].Value}\",span_id=\"SPAN\"}} {Number(found.Groups[2].Value)}");
    }

    private static string Series(string sample)
    {
        var text = sample.Split(" # {")[0];
        return Suffixed().Replace(Le().Replace(text[..text.LastIndexOf(' ')], "").Replace(",}", "}", StringComparison.Ordinal).Replace("{}", "", StringComparison.Ordinal), "$1");
    }

    private static int Place(string sample) => Array.FindIndex(Suffixes, Name().Match(sample).Value.EndsWith);

    private static double Bound(string sample) => Le().Match(sample) is { Success: true } le ? Parse(le.Groups[1].Value) : 0;

    private static string Number(string text) => Parse(text) is var number && double.IsPositiveInfinity(number) ? "+Inf" : number.ToString("R", CultureInfo.InvariantCulture);

    private static double Parse(string text) => text is "+Inf" ? double.PositiveInfinity : double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*")]
    private static partial Regex Name();

    [GeneratedRegex("(?<=[{,])le=\"([^\"]+)\"")]
    private static partial Regex Le();

    [GeneratedRegex("^([a-zA-Z0-9_]*?)(_bucket|_sum|_count)(?={|$)")]
    private static partial Regex Suffixed();

    [GeneratedRegex(""" # \{trace_id="([0-9a-f]{32})",span_id="[0-9a-f]{16}"\} ([^ ]+) [0-9.]+""")]
    private static partial Regex ExemplarText();
}
