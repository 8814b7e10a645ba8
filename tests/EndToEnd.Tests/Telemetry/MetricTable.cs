using System.Globalization;
using System.Text.RegularExpressions;

namespace ApeTest.EndToEnd.Tests.Telemetry;

/// <summary>The table of metrics in docs/observability.md: what a service promises to show.</summary>
internal static partial class MetricTable
{
    private const string Head = "| metric | type | labels | of | |";

    /// <summary>Its rows.</summary>
    public static List<DocumentedMetric> Read()
    {
        var lines = File.ReadAllLines(Repository.PathOf("docs", "observability.md"));
        var head = Array.IndexOf(lines, Head);
        Assert.True(head >= 0, $"docs/observability.md has no table {Head}");
        return [.. lines.Skip(head + 2).TakeWhile(static line => line.StartsWith('|')).Select(static line => line.Split('|', StringSplitOptions.TrimEntries)).Select(static cells =>
            new DocumentedMetric(cells[1].Trim('`'), cells[2], Words(Bound().Replace(cells[3], "")), Words(cells[4]), Bounds(cells[3])))];
    }

    private static string[] Words(string cell) => cell.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static Dictionary<string, int> Bounds(string labels) =>
        Bound().Matches(labels).ToDictionary(static match => match.Groups[1].Value, static match => int.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));

    // A label that has one.
    [GeneratedRegex(@"(?<=(\w+)) \((\d+)\)")]
    private static partial Regex Bound();
}

/// <summary>A row.</summary>
/// <param name="Name">As Prometheus shows it.</param>
/// <param name="Type">counter, gauge, or the buckets of a histogram: fast, slow, tokens.</param>
/// <param name="Labels">Names of its labels.</param>
/// <param name="Services">Whose it is; <c>all</c>.</param>
/// <param name="Bounds">Most values of those labels that a scenario could give any number, beside <c>_other</c>.</param>
internal sealed record DocumentedMetric(string Name, string Type, string[] Labels, string[] Services, IReadOnlyDictionary<string, int> Bounds);
