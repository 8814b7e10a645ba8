using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.Tests.Shared.Loki;

/// <summary>
/// The part of LogQL that logs and dashboards use: a stream selector, then <c>| json</c>, <c>| drop</c> and label filters, all of which must hold
/// (https://grafana.com/docs/loki/latest/query/log_queries/). A label that a line lacks is empty; patterns fit the whole value; comparisons are of numbers, and hold
/// for every line on which an earlier stage failed, until the error is dropped.
/// </summary>
public sealed partial class LogQl
{
    private readonly List<(string Name, string Operator, string Value)> _filters;

    private readonly bool _json;
    private readonly bool _drop;

    private LogQl(List<(string Name, string Operator, string Value)> filters, bool json, bool drop) => (_filters, _json, _drop) = (filters, json, drop);

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
        return new LogQl(filters, match.Groups["json"].Success, match.Groups["drop"].Success);
    }

    /// <summary>The labels of a line after all stages; null where it is not wanted.</summary>
    /// <param name="labels">Its labels and structured metadata.</param>
    /// <param name="line">The line.</param>
    public Dictionary<string, string>? Match(IReadOnlyDictionary<string, string> labels, string line)
    {
        var all = labels.ToDictionary(StringComparer.Ordinal);
        var failed = _json && !TryExtract(line, all) && !_drop;
        return _filters.TrueForAll(filter => Holds(filter, all.GetValueOrDefault(filter.Name, ""), failed)) ? all : null;
    }

    private static bool Holds((string Name, string Operator, string Value) filter, string value, bool failed) => filter.Operator switch
    {
        "=" => value == filter.Value,
        "!=" => value != filter.Value,
        "=~" => Fits(value, filter.Value),
        "!~" => !Fits(value, filter.Value),
        ">=" => failed || Number(value) >= Number(filter.Value),
        _ => throw new NotSupportedException(filter.Operator),
    };

    // What is there already keeps its name.
    private static bool TryExtract(string line, Dictionary<string, string> labels)
    {
        try
        {
            foreach (var (name, value) in JsonNode.Parse(line)!.AsObject())
            {
                if (value is JsonValue)
                {
                    labels[labels.ContainsKey(name) ? $"{name}_extracted" : name] = value.ToString();
                }
            }
            return true;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or NullReferenceException)
        {
            return false;
        }
    }

    private static bool Fits(string value, string pattern) => Regex.IsMatch(value, $"^(?:{pattern})$", RegexOptions.Singleline | RegexOptions.CultureInvariant);

    private static double Number(string value) => double.TryParse(value, CultureInfo.InvariantCulture, out var number) ? number : double.NaN;

    // As Go writes strings.
    private static string Unquote(string value) => value.StartsWith('"')
        ? Escape().Replace(value[1..^1], static match => match.Groups[1].Value is "n" ? "\n" : match.Groups[1].Value)
        : value;

    [GeneratedRegex("""^\s*\{\s*((?<name>\w+)\s*(?<op>=~|!~|!=|=)\s*(?<value>"(\\.|[^"\\])*")\s*,?\s*)+\}(?<json>\s*\|\s*json)?(?<drop>\s*\|\s*drop\s+__error__,\s*__error_details__)?(\s*\|\s*(?<name>\w+)\s*(?<op>=~|!~|!=|>=|=)\s*(?<value>"(\\.|[^"\\])*"|[0-9.]+))*\s*$""")]
    private static partial Regex Query();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escape();
}
