using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Success;

namespace ApeTest.Targets.Oracles;

/// <summary>Comparisons of one value, all of which must hold. Immutable; shared by all sessions of a run.</summary>
internal sealed class ValueCheck(ImmutableArray<Comparison> comparisons)
{
    /// <summary>Names of the values that it needs.</summary>
    public ImmutableArray<string> Needs { get; } = [.. comparisons.SelectMany(static comparison => comparison.Needs).Distinct(StringComparer.Ordinal)];

    /// <summary>Whether it holds only for what was seen: a part of a text cannot show what the rest does not hold.</summary>
    public bool IsPositive { get; } = comparisons.All(static comparison => comparison.Kind is ComparisonKind.Contains or ComparisonKind.Matches);

    /// <summary>Whether a value meets all comparisons; else what was expected is in <paramref name="expected"/>. What it needs is known.</summary>
    public bool Meets(in SeenValue value, Func<string, string?> known, out string expected)
    {
        foreach (var comparison in comparisons)
        {
            if (!Meets(in value, comparison, known))
            {
                expected = Words(comparison, known);
                return false;
            }
        }
        expected = "";
        return true;
    }

    private static bool Meets(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        if (comparison.Kind is ComparisonKind.Exists)
        {
            return value.Exists == comparison.Exists;
        }
        if (!value.Exists)
        {
            return false;
        }
        switch (comparison.Kind)
        {
            case ComparisonKind.Not:
                foreach (var inner in comparison.Inner)
                {
                    if (!Meets(in value, inner, known))
                    {
                        return true;
                    }
                }
                return false;
            case ComparisonKind.OneOf:
                foreach (var inner in comparison.Inner)
                {
                    if (Meets(in value, inner, known))
                    {
                        return true;
                    }
                }
                return false;
            case ComparisonKind.Matches:
                return value.Text is { } text ? comparison.Pattern!.IsMatch(text) : value.Json.ValueKind is JsonValueKind.Number && comparison.Pattern!.IsMatch(value.Json.GetRawText());
            case ComparisonKind.Contains:
                return Contains(in value, comparison, known);
            case ComparisonKind.Count:
                return IsCount(in value, comparison, known);
            case ComparisonKind.Min or ComparisonKind.Max or ComparisonKind.Above or ComparisonKind.Below:
                return value.TryNumber(out var number)
                    && double.TryParse(Filled(comparison, known), NumberStyles.Float, CultureInfo.InvariantCulture, out var bound)
                    && comparison.Kind switch
                    {
                        ComparisonKind.Min => number >= bound,
                        ComparisonKind.Max => number <= bound,
                        ComparisonKind.Above => number > bound,
                        _ => number < bound,
                    };
            default:
                return IsEqual(in value, comparison, known);
        }
    }

    private static bool Contains(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        switch (value.Json.ValueKind)
        {
            case JsonValueKind.Array:
                foreach (var item in value.Json.EnumerateArray())
                {
                    if (IsEqual(SeenValue.Of(item), comparison, known))
                    {
                        return true;
                    }
                }
                return false;
            case JsonValueKind.Object:
                return value.Json.TryGetProperty(Filled(comparison, known), out _);
            default:
                return value.Text?.Contains(Filled(comparison, known), StringComparison.Ordinal) is true;
        }
    }

    private static bool IsCount(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        var count = value.Json.ValueKind switch
        {
            JsonValueKind.Array => value.Json.GetArrayLength(),
            JsonValueKind.Object => value.Json.GetPropertyCount(),
            _ => -1,
        };
        var seen = SeenValue.Of(count.ToString(CultureInfo.InvariantCulture));
        foreach (var inner in comparison.Inner)
        {
            if (count < 0 || !Meets(in seen, inner, known))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Texts by their characters, everything else as JSON. A text in quotes is equal to texts only; without them, and filled in, <c>7</c> meets 7 and "7".</summary>
    private static bool IsEqual(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        if (comparison.Literal is { ValueKind: JsonValueKind.String })
        {
            return value.Text == comparison.Fixed;
        }
        var wanted = Filled(comparison, known);
        if (value.Text == wanted)
        {
            return true;
        }
        if (value.Json.ValueKind is JsonValueKind.Undefined)
        {
            // A text of digits against a number: 12.50 of a header is 12.5.
            return comparison.Literal is { ValueKind: JsonValueKind.Number } literal && value.TryNumber(out var number) && number == literal.GetDouble();
        }
        if (comparison.Literal is { } json)
        {
            return JsonElement.DeepEquals(value.Json, json);
        }
        try
        {
            using var document = JsonDocument.Parse(wanted);
            return JsonElement.DeepEquals(value.Json, document.RootElement);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Filled(Comparison comparison, Func<string, string?> known) => comparison.Fixed
        ?? comparison.Operand.Render(comparison.IsStructure ? name => known(name) is { } value ? JsonEncodedText.Encode(value).ToString() : null : known);

    private static string Words(Comparison comparison, Func<string, string?> known) => comparison.Kind switch
    {
        ComparisonKind.Equal => Filled(comparison, known),
        ComparisonKind.Exists => comparison.Exists ? "a value" : "none",
        ComparisonKind.Matches => $"matches {comparison.Pattern}",
        ComparisonKind.Not or ComparisonKind.OneOf or ComparisonKind.Count =>
            $"{Comparison.NameOf(comparison.Kind)} {string.Join(", ", comparison.Inner.Select(inner => Words(inner, known)))}",
        var kind => $"{Comparison.NameOf(kind)} {Filled(comparison, known)}",
    };
}
