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

    /// <summary>
    /// Whether a value meets all comparisons; else what was expected is in <paramref name="expected"/>. What it needs is known. Unknown where
    /// the value cannot be compared: the rest of a body that was cut, half a character, a text where a number is asked for.
    /// </summary>
    public Truth Judge(in SeenValue value, Func<string, string?> known, out string expected)
    {
        var truth = Truth.Proven;
        expected = "";
        foreach (var comparison in comparisons)
        {
            var one = JudgeSafely(in value, comparison, known);
            if (one is Truth.Refuted || (one is Truth.Unknown && truth is Truth.Proven))
            {
                (truth, expected) = (one, Words(comparison, known));
            }
            if (truth is Truth.Refuted)
            {
                break;
            }
        }
        return truth;
    }

    private static Truth JudgeSafely(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        try
        {
            return JudgeOne(in value, comparison, known);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // Half a character in a name or a filled in value, a number with an exponent beyond all bounds: JSON that .NET reads and does not compare.
            return Truth.Unknown;
        }
    }

    private static Truth JudgeOne(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        if (comparison.Kind is ComparisonKind.Exists)
        {
            return Of(value.Exists == comparison.Exists);
        }
        if (!value.Exists)
        {
            return Truth.Refuted;
        }
        if (value.IsBroken)
        {
            return Truth.Unknown;
        }
        switch (comparison.Kind)
        {
            case ComparisonKind.Not:
                return All(in value, comparison.Inner, known) switch { Truth.Proven => Truth.Refuted, Truth.Refuted => Truth.Proven, _ => Truth.Unknown };
            case ComparisonKind.OneOf:
                return OneOf(in value, comparison.Inner, known);
            case ComparisonKind.Matches:
                return value.Text is { } text ? PartialText.Matches(comparison.Pattern!, text, value.IsCut)
                    : value.Json.ValueKind is JsonValueKind.Number ? PartialText.Matches(comparison.Pattern!, value.Json.GetRawText(), isCut: false)
                    : Truth.Refuted;
            case ComparisonKind.Contains:
                return Contains(in value, comparison, known);
            case ComparisonKind.Count:
                return IsCount(in value, comparison, known);
            case ComparisonKind.Min or ComparisonKind.Max or ComparisonKind.Above or ComparisonKind.Below:
                return IsWithin(in value, comparison, known);
            default:
                return IsEqual(in value, comparison, known);
        }
    }

    private static Truth All(in SeenValue value, ImmutableArray<Comparison> comparisons, Func<string, string?> known)
    {
        var truth = Truth.Proven;
        foreach (var comparison in comparisons)
        {
            var one = JudgeOne(in value, comparison, known);
            if (one is Truth.Refuted)
            {
                return one;
            }
            truth = one is Truth.Unknown ? one : truth;
        }
        return truth;
    }

    private static Truth OneOf(in SeenValue value, ImmutableArray<Comparison> comparisons, Func<string, string?> known)
    {
        var truth = Truth.Refuted;
        foreach (var comparison in comparisons)
        {
            var one = JudgeSafely(in value, comparison, known);
            if (one is Truth.Proven)
            {
                return one;
            }
            truth = one is Truth.Unknown ? one : truth;
        }
        return truth;
    }

    private static Truth Contains(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        switch (value.Json.ValueKind)
        {
            case JsonValueKind.Array:
                var truth = Truth.Refuted;
                foreach (var item in value.Json.EnumerateArray())
                {
                    var seen = SeenValue.Of(item);
                    var one = seen.IsBroken ? Truth.Unknown : IsEqual(in seen, comparison, known);
                    if (one is Truth.Proven)
                    {
                        return one;
                    }
                    truth = one is Truth.Unknown ? one : truth;
                }
                return truth;
            case JsonValueKind.Object:
                return Of(value.Json.TryGetProperty(Filled(comparison, known), out _));
            default:
                var wanted = Filled(comparison, known);
                return value.Text is not { } text ? Truth.Refuted
                    // Every text holds the empty one: a value that is empty would prove anything.
                    : wanted.Length == 0 && comparison.Fixed is null ? Truth.Unknown
                    : text.Contains(wanted, StringComparison.Ordinal) ? Truth.Proven
                    : value.IsCut ? Truth.Unknown : Truth.Refuted;
        }
    }

    private static Truth IsCount(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        var count = value.Json.ValueKind switch
        {
            JsonValueKind.Array => value.Json.GetArrayLength(),
            JsonValueKind.Object => value.Json.GetPropertyCount(),
            _ => -1,
        };
        var seen = SeenValue.Of(count.ToString(CultureInfo.InvariantCulture));
        return count < 0 ? Truth.Refuted : All(in seen, comparison.Inner, known);
    }

    /// <summary>Numbers are compared exactly. A text that reads as none leaves it open: it may be a number that is written otherwise.</summary>
    private static Truth IsWithin(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        if (!value.TryNumber(out var number) || !ExactNumber.TryParse(Filled(comparison, known), out var bound))
        {
            return value.Json.ValueKind is JsonValueKind.Undefined or JsonValueKind.String or JsonValueKind.Number ? Truth.Unknown : Truth.Refuted;
        }
        var order = number.CompareTo(bound);
        return Of(comparison.Kind switch
        {
            ComparisonKind.Min => order >= 0,
            ComparisonKind.Max => order <= 0,
            ComparisonKind.Above => order > 0,
            _ => order < 0,
        });
    }

    /// <summary>
    /// Texts by their characters, numbers by their value, everything else as JSON. A text in quotes is equal to texts only; a number also to a
    /// text that reads as it, and what is filled in to both.
    /// </summary>
    private static Truth IsEqual(in SeenValue value, Comparison comparison, Func<string, string?> known)
    {
        var wanted = Filled(comparison, known);
        if (value.IsCut)
        {
            return value.Text!.Length > wanted.Length ? Truth.Refuted : Truth.Unknown;
        }
        var isText = value.Json.ValueKind is JsonValueKind.Undefined;
        switch (comparison.Literal)
        {
            case { ValueKind: JsonValueKind.String }:
                return Of(value.Text == wanted);
            case { ValueKind: JsonValueKind.Number }:
                return Of(value.Text == wanted || (value.TryNumber(out var seen) && ExactNumber.TryParse(wanted, out var number) && seen == number));
            case { } literal:
                return Of(isText ? value.Text == wanted : JsonElement.DeepEquals(value.Json, literal));
        }
        if (value.Text is { } text)
        {
            return Of(text == wanted || (isText && comparison.Fixed is null && AreSameNumber(text, wanted)));
        }
        return comparison.Fixed is null && JsonOf(wanted) is { } json ? IsSame(value.Json, json) : Truth.Refuted;
    }

    private static Truth IsSame(JsonElement seen, JsonElement wanted) =>
        seen.ValueKind is JsonValueKind.Number && wanted.ValueKind is JsonValueKind.Number
            && ExactNumber.TryParse(seen.GetRawText(), out var left) && ExactNumber.TryParse(wanted.GetRawText(), out var right)
            ? Of(left == right)
            : Of(JsonElement.DeepEquals(seen, wanted));

    /// <summary>Whether both are numbers as JSON writes them, without exponent, and equal: 20 and 20.0, but not the codes 007 and 7, or 1e2 and 100.</summary>
    private static bool AreSameNumber(string seen, string wanted) => IsPlainNumber(seen) && IsPlainNumber(wanted)
        && ExactNumber.TryParse(seen, out var left) && ExactNumber.TryParse(wanted, out var right) && left == right;

    private static bool IsPlainNumber(string text) => text.TrimStart('-') is [>= '0' and <= '9', ..] digits
        && (digits[0] != '0' || digits.Length == 1 || digits[1] == '.') && !digits.AsSpan().ContainsAnyExcept("0123456789.");

    private static JsonElement? JsonOf(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static Truth Of(bool holds) => holds ? Truth.Proven : Truth.Refuted;

    private static string Filled(Comparison comparison, Func<string, string?> known) => comparison.Fixed
        ?? comparison.Operand.Render(comparison.IsStructure ? name => known(name) is { } value ? JsonEncodedText.Encode(value).ToString() : null : known);

    private static string Words(Comparison comparison, Func<string, string?> known) => comparison.Kind switch
    {
        // A structure is shown as it was written: what is filled in may be no text of JSON.
        ComparisonKind.Equal => comparison.IsStructure ? comparison.Operand.Text : Filled(comparison, known),
        ComparisonKind.Exists => comparison.Exists ? "a value" : "none",
        ComparisonKind.Matches => $"matches {comparison.Pattern}",
        ComparisonKind.Not or ComparisonKind.OneOf or ComparisonKind.Count =>
            $"{Comparison.NameOf(comparison.Kind)} {string.Join(", ", comparison.Inner.Select(inner => Words(inner, known)))}",
        var kind => $"{Comparison.NameOf(kind)} {(comparison.IsStructure ? comparison.Operand.Text : Filled(comparison, known))}",
    };
}
