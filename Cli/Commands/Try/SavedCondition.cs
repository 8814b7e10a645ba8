using System.Collections.Immutable;
using System.Globalization;
using ApeTest.Scenarios.Model;

namespace ApeTest.Cli.Commands.Try;

/// <summary>A condition as lines of YAML: an item of a list, with what it nests indented below.</summary>
internal static class SavedCondition
{
    /// <summary>The lines of an item; the first begins with <c>- </c>.</summary>
    public static IEnumerable<string> Lines(SuccessCondition condition) => Fields(condition).Select(static (line, index) => (index == 0 ? "- " : "  ") + line);

    private static List<string> Fields(SuccessCondition condition)
    {
        var lines = new List<string>();
        Add("operation", condition.Operation is { } operation ? YamlText.Of(operation) : null);
        Add("read", condition.Read is { } read ? YamlText.Of(read) : null);
        Add("as", condition.As is ReadAs.Nobody ? "nobody" : null);
        Add("status", condition.Status?.ToString(CultureInfo.InvariantCulture) ?? (condition.Statuses is { } statuses ? YamlText.Of(statuses) : null));
        Add("capture", Braces(condition.Capture, YamlText.Of));
        Add("json", Braces(condition.Json, YamlText.OfJson));
        Add("header", Braces(condition.Header, YamlText.OfJson));
        Add("text", condition.Text is { } text ? YamlText.OfJson(text) : null);
        Add("regex", condition.Regex is { } regex ? YamlText.Of(regex) : null);
        Add("captured", Braces(condition.Captured, YamlText.OfJson));
        Add("state", Braces(condition.State, YamlText.OfJson));
        List("all", condition.All);
        List("any", condition.Any);
        if (condition.Not is { } not)
        {
            lines.Add("not:");
            lines.AddRange(Fields(not).Select(static line => "  " + line));
        }
        return lines;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                lines.Add($"{name}: {value}");
            }
        }

        void List(string name, ImmutableArray<SuccessCondition> conditions)
        {
            if (!conditions.IsEmpty)
            {
                lines.Add($"{name}:");
                lines.AddRange(conditions.SelectMany(Lines).Select(static line => "  " + line));
            }
        }
    }

    private static string? Braces(ImmutableSortedDictionary<string, string> values, Func<string, string> write) =>
        values.IsEmpty ? null : $"{{ {string.Join(", ", values.Select(pair => $"{YamlText.Of(pair.Key)}: {write(pair.Value)}"))} }}";
}
