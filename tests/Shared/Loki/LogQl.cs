using System.Globalization;
using System.Text.RegularExpressions;

namespace ApeTest.Tests.Shared.Loki;

/// <summary>
/// The part of LogQL that logs and dashboards use: a stream selector, then label filters, all of which must hold
/// (https://grafana.com/docs/loki/latest/query/log_queries/). A label that a line lacks is empty; patterns fit the whole value; comparisons are of numbers.
/// </summary>
public sealed partial class LogQl
{
    private readonly List<(string Name, string Operator, string Value)> _filters;

    private LogQl(List<(string Name, string Operator, string Value)> filters) => _filters = filters;

    /// <summary>Names of the labels that filters name, those of the selector too.</summary>
    public IEnumerable<string> Names => _filters.Select(static filter => filter.Name);

    /// <summary>Reads a query; null for one that is none.</summary>
    public static LogQl? Parse(string query)
    {
        if (Query().Match(query) is not { Success: true } match)
        {
            return null;
        }
        var filters = new List<(string, string, string)>();
        for (var i = 0; i < match.Groups["name"].Captures.Count; i++)
        {
            filters.Add((match.Groups["name"].Captures[i].Value, match.Groups["op"].Captures[i].Value, Unquote(match.Groups["value"].Captures[i].Value)));
        }
        return new LogQl(filters);
    }

    /// <summary>Whether a line with these labels and this structured metadata is wanted.</summary>
    public bool Holds(IReadOnlyDictionary<string, string> labels) => _filters.TrueForAll(filter =>
    {
        var value = labels.GetValueOrDefault(filter.Name, "");
        return filter.Operator switch
        {
            "=" => value == filter.Value,
            "!=" => value != filter.Value,
            "=~" => Fits(value, filter.Value),
            "!~" => !Fits(value, filter.Value),
            ">=" => Number(value) >= Number(filter.Value),
            _ => throw new NotSupportedException(filter.Operator),
        };
    });

    private static bool Fits(string value, string pattern) => Regex.IsMatch(value, $"^(?:{pattern})$", RegexOptions.Singleline | RegexOptions.CultureInvariant);

    private static double Number(string value) => double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    // As Go writes strings.
    private static string Unquote(string value) => value.StartsWith('"')
        ? Escape().Replace(value[1..^1], static match => match.Groups[1].Value is "n" ? "\n" : match.Groups[1].Value)
        : value;

    [GeneratedRegex("""^\s*\{\s*((?<name>\w+)\s*(?<op>=~|!~|!=|=)\s*(?<value>"(\\.|[^"\\])*")\s*,?\s*)+\}(\s*\|\s*(?<name>\w+)\s*(?<op>=~|!~|!=|>=|=)\s*(?<value>"(\\.|[^"\\])*"|[0-9.]+))*\s*$""")]
    private static partial Regex Query();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
