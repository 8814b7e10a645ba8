using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Amounts as text, as an API wants them written: "120 euros" is <c>120.00</c> where its pattern or its example has two places.</summary>
internal static class Amounts
{
    private static readonly string[] Formats = ["0.00", "0.##########", "0.0", "0.000", "0"];

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
}
