using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Amounts as text, as an API wants them written: "120 euros" is <c>120.00</c> where its pattern or its example has two places.</summary>
internal static partial class Amounts
{
    private static readonly FrozenSet<string> Minor = Words.Set("cents minor pence");

    private static readonly string[] Formats = ["0.00", "0.##########", "0.0", "0.000", "0"];

    /// <summary>An amount in the parameter's own unit and type: "7 EUR" and "7.00" are 700 where it counts cents. Null where it cannot be held: 12.5 in whole numbers.</summary>
    /// <param name="token">The number.</param>
    /// <param name="parameter">What shall hold it.</param>
    /// <param name="isSmall">Whether the goal says that it is in cents.</param>
    public static JsonNode? Number(GoalToken token, Parameter parameter, bool isSmall = false)
    {
        var isMinor = parameter.Is(Minor) || MinorText().IsMatch(parameter.Description);
        var number = isMinor && !isSmall && (token.Kind == TokenKind.Money || token.Number != decimal.Truncate(token.Number)) ? token.Number * 100
            : isSmall && !isMinor && parameter.Type != "integer" ? token.Number / 100
            : token.Number;
        return parameter.Type == "string" ? Write(number, parameter)
            : parameter.Type == "integer" && number != decimal.Truncate(number) ? null
            : Values.Typed(number.ToString(CultureInfo.InvariantCulture), parameter.Type);
    }

    public static JsonNode Write(decimal amount, Parameter parameter)
    {
        var plain = amount.ToString(CultureInfo.InvariantCulture);
        if (parameter.Pattern is { } pattern)
        {
            return JsonValue.Create(Formats.Prepend("").Select(format => format.Length == 0 ? plain : amount.ToString(format, CultureInfo.InvariantCulture))
                .FirstOrDefault(text => PatternText.Matches(pattern, text) && decimal.Parse(text, CultureInfo.InvariantCulture) == amount) ?? plain);
        }

        var places = Example(parameter.Schema) is { } example && example.IndexOf('.', StringComparison.Ordinal) is > 0 and var point && decimal.TryParse(example, CultureInfo.InvariantCulture, out _)
            ? example.Length - point - 1 : 0;
        return JsonValue.Create(places > 0 && decimal.Round(amount, places) == amount ? amount.ToString("F" + places.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : plain);
    }

    private static string? Example(JsonElement schema) => schema.ValueKind != JsonValueKind.Object ? null
        : schema.TryGetProperty("example", out var example) && example.ValueKind == JsonValueKind.String ? example.GetString()
        : schema.TryGetProperty("examples", out var examples) && examples.ValueKind == JsonValueKind.Array && examples.GetArrayLength() > 0 && examples[0].ValueKind == JsonValueKind.String ? examples[0].GetString() : null;

    [GeneratedRegex(@"\b(?:cents?|pence|minor (?:currency )?units?|smallest (?:currency )?unit)\b", RegexOptions.IgnoreCase)]
    private static partial Regex MinorText();
}
