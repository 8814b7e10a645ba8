using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ApeTest.Targets.Schemas;

/// <summary>One compiled schema: only the keywords that it has.</summary>
internal sealed class SchemaNode
{
    /// <summary>Deepest nesting of values and references that is followed; beyond it a value is refused rather than the stack risked.</summary>
    private const int MaxDepth = 128;

    public bool IsFalse { get; set; }
    public SchemaTypes Types { get; set; }
    public SchemaNode? Reference { get; set; }
    public List<JsonElement>? Enum { get; set; }
    public JsonElement? Const { get; set; }
    public decimal? Minimum { get; set; }
    public decimal? Maximum { get; set; }
    public decimal? ExclusiveMinimum { get; set; }
    public decimal? ExclusiveMaximum { get; set; }
    public decimal? MultipleOf { get; set; }
    public int? MinLength { get; set; }
    public int? MaxLength { get; set; }
    public Regex? Pattern { get; set; }
    public string? Format { get; set; }
    public SchemaNode? Items { get; set; }
    public List<SchemaNode>? PrefixItems { get; set; }
    public SchemaNode? Contains { get; set; }
    public int? MinItems { get; set; }
    public int? MaxItems { get; set; }
    public bool UniqueItems { get; set; }
    public Dictionary<string, SchemaNode>? Properties { get; set; }
    public List<(Regex Name, SchemaNode Schema)>? PatternProperties { get; set; }
    public SchemaNode? AdditionalProperties { get; set; }
    public List<string>? Required { get; set; }
    public int? MinProperties { get; set; }
    public int? MaxProperties { get; set; }
    public List<SchemaNode>? AllOf { get; set; }
    public List<SchemaNode>? AnyOf { get; set; }
    public List<SchemaNode>? OneOf { get; set; }
    public SchemaNode? Not { get; set; }

    public void Check(JsonElement value, SchemaErrors errors, int depth)
    {
        if (errors.IsFull)
        {
            return;
        }
        if (!errors.Budget.TryStep())
        {
            errors.Add("takes too long to check: its alternatives are too many");
            return;
        }
        if (depth > MaxDepth)
        {
            errors.Add($"nested deeper than {MaxDepth} levels");
            return;
        }
        if (IsFalse)
        {
            errors.Add("is not allowed");
            return;
        }
        Reference?.Check(value, errors, depth + 1);
        if (Types != SchemaTypes.None && !HasType(value))
        {
            // Other rules of the same schema would only repeat what the type says.
            errors.Add($"expected {TypeNames(Types)}, got {SchemaErrors.Describe(value)}");
            return;
        }
        CheckFixed(value, errors);
        switch (value.ValueKind)
        {
            case JsonValueKind.Number:
                CheckNumber(value, errors);
                break;
            case JsonValueKind.String:
                CheckString(value.GetString()!, errors);
                break;
            case JsonValueKind.Array:
                CheckArray(value, errors, depth);
                break;
            case JsonValueKind.Object:
                CheckObject(value, errors, depth);
                break;
        }
        CheckCombined(value, errors, depth);
    }

    private bool HasType(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => Types.HasFlag(SchemaTypes.Null),
        JsonValueKind.True or JsonValueKind.False => Types.HasFlag(SchemaTypes.Boolean),
        JsonValueKind.String => Types.HasFlag(SchemaTypes.String),
        JsonValueKind.Array => Types.HasFlag(SchemaTypes.Array),
        JsonValueKind.Object => Types.HasFlag(SchemaTypes.Object),
        JsonValueKind.Number => Types.HasFlag(SchemaTypes.Number) || (Types.HasFlag(SchemaTypes.Integer) && IsInteger(value)),
        _ => false,
    };

    /// <summary>JSON schema: 2.0 is an integer too.</summary>
    private static bool IsInteger(JsonElement value) =>
        value.TryGetInt64(out _) || (value.TryGetDecimal(out var number) ? decimal.Truncate(number) == number : value.TryGetDouble(out var large) && Math.Truncate(large) == large && double.IsFinite(large));

    private static string TypeNames(SchemaTypes types)
    {
        var names = new List<string>(4);
        foreach (var type in System.Enum.GetValues<SchemaTypes>())
        {
            if (type != SchemaTypes.None && types.HasFlag(type))
            {
                names.Add(type.ToString().ToLowerInvariant());
            }
        }
        return string.Join(" or ", names);
    }

    private void CheckFixed(JsonElement value, SchemaErrors errors)
    {
        if (Enum is not null && !Enum.Exists(allowed => JsonElement.DeepEquals(allowed, value)))
        {
            errors.Add($"expected one of {SchemaErrors.Short(string.Join(", ", Enum.Take(20).Select(static allowed => allowed.GetRawText())))}, got {SchemaErrors.Describe(value)}");
        }
        if (Const is { } constant && !JsonElement.DeepEquals(constant, value))
        {
            errors.Add($"expected {SchemaErrors.Short(constant.GetRawText())}, got {SchemaErrors.Describe(value)}");
        }
    }

    private void CheckNumber(JsonElement value, SchemaErrors errors)
    {
        if (!value.TryGetDecimal(out var number))
        {
            // Beyond decimal's range only the sign matters: no bound of a real schema lies there.
            number = value.TryGetDouble(out var large) && large < 0 ? decimal.MinValue : decimal.MaxValue;
        }
        if (number < Minimum)
        {
            errors.Add(Text($"must be at least {Minimum}, got {number}"));
        }
        if (number > Maximum)
        {
            errors.Add(Text($"must be at most {Maximum}, got {number}"));
        }
        if (number <= ExclusiveMinimum)
        {
            errors.Add(Text($"must be above {ExclusiveMinimum}, got {number}"));
        }
        if (number >= ExclusiveMaximum)
        {
            errors.Add(Text($"must be below {ExclusiveMaximum}, got {number}"));
        }
        if (MultipleOf is > 0 && number % MultipleOf != 0)
        {
            errors.Add(Text($"must be a multiple of {MultipleOf}, got {number}"));
        }
    }

    private void CheckString(string text, SchemaErrors errors)
    {
        if (MinLength is not null || MaxLength is not null)
        {
            // JSON schema counts characters (code points), not UTF-16 units.
            var length = 0;
            foreach (var _ in text.EnumerateRunes())
            {
                length++;
            }
            if (length < MinLength)
            {
                errors.Add(Text($"must be at least {MinLength} characters long, got {length}"));
            }
            if (length > MaxLength)
            {
                errors.Add(Text($"must be at most {MaxLength} characters long, got {length}"));
            }
        }
        var timeouts = errors.Budget.Timeouts;
        if (Pattern is not null && !Matches(Pattern, text, errors))
        {
            errors.Add(errors.Budget.MayMatch && errors.Budget.Timeouts == timeouts
                ? $"must match the pattern {SchemaErrors.Short(Pattern.ToString())}, got {SchemaErrors.Short(JsonSerializer.Serialize(text))}"
                : $"could not be matched against the pattern {SchemaErrors.Short(Pattern.ToString())} in time");
        }
        if (Format is not null && !SchemaFormats.IsValid(Format, text))
        {
            errors.Add($"must be a {Format}, got {SchemaErrors.Short(JsonSerializer.Serialize(text))}");
        }
    }

    /// <summary>Whether it matches; one that takes too long does not, and after a few of those none is tried.</summary>
    private static bool Matches(Regex pattern, string text, SchemaErrors errors)
    {
        try
        {
            return errors.Budget.MayMatch && pattern.IsMatch(text);
        }
        catch (RegexMatchTimeoutException)
        {
            errors.Budget.TimedOut();
            return false;
        }
    }

    private void CheckArray(JsonElement value, SchemaErrors errors, int depth)
    {
        var count = value.GetArrayLength();
        if (count < MinItems)
        {
            errors.Add(Text($"must have at least {MinItems} items, got {count}"));
        }
        if (count > MaxItems)
        {
            errors.Add(Text($"must have at most {MaxItems} items, got {count}"));
        }
        var index = 0;
        var contained = Contains is null;
        foreach (var item in value.EnumerateArray())
        {
            var schema = index < PrefixItems?.Count ? PrefixItems[index] : Items;
            if (schema is not null)
            {
                errors.Push(index);
                schema.Check(item, errors, depth + 1);
                errors.Pop();
            }
            if (!contained)
            {
                var attempt = errors.Fork();
                Contains!.Check(item, attempt, depth + 1);
                contained = attempt.Count == 0;
            }
            index++;
        }
        if (!contained)
        {
            errors.Add("holds no item of the required kind");
        }
        if (UniqueItems && Duplicate(value) is var (first, second))
        {
            errors.Add(Text($"items must be unique; items {first} and {second} are equal"));
        }
    }

    private static (int First, int Second)? Duplicate(JsonElement array)
    {
        var items = array.EnumerateArray().ToArray();
        // Scalars by their text, so that a long list stays linear; equal objects may differ in text, so those are compared in pairs.
        var scalars = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < items.Length; i++)
        {
            if (items[i].ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            {
                var key = items[i].ValueKind == JsonValueKind.String ? "s" + items[i].GetString() : items[i].GetRawText();
                if (!scalars.TryAdd(key, i))
                {
                    return (scalars[key], i);
                }
                continue;
            }
            for (var j = Math.Max(0, i - 200); j < i; j++)
            {
                if (items[j].ValueKind == items[i].ValueKind && JsonElement.DeepEquals(items[i], items[j]))
                {
                    return (j, i);
                }
            }
        }
        return null;
    }

    private void CheckObject(JsonElement value, SchemaErrors errors, int depth)
    {
        foreach (var name in Required ?? [])
        {
            if (!value.TryGetProperty(name, out _))
            {
                errors.Push(name);
                errors.Add("is required");
                errors.Pop();
            }
        }
        var count = 0;
        foreach (var property in value.EnumerateObject())
        {
            count++;
            if (Properties is null && PatternProperties is null && AdditionalProperties is null)
            {
                continue;
            }
            var known = false;
            errors.Push(property.Name);
            if (Properties is not null && Properties.TryGetValue(property.Name, out var schema))
            {
                known = true;
                schema.Check(property.Value, errors, depth + 1);
            }
            foreach (var (name, patternSchema) in PatternProperties ?? [])
            {
                if (Matches(name, property.Name, errors))
                {
                    known = true;
                    patternSchema.Check(property.Value, errors, depth + 1);
                }
            }
            if (!known && AdditionalProperties is { IsFalse: true })
            {
                errors.Add(Properties is { Count: > 0 }
                    ? $"is not a known property; known: {SchemaErrors.Short(string.Join(", ", Properties.Keys))}"
                    : "is not a known property; none is");
            }
            else if (!known)
            {
                AdditionalProperties?.Check(property.Value, errors, depth + 1);
            }
            errors.Pop();
        }
        if (count < MinProperties)
        {
            errors.Add(Text($"must have at least {MinProperties} properties, got {count}"));
        }
        if (count > MaxProperties)
        {
            errors.Add(Text($"must have at most {MaxProperties} properties, got {count}"));
        }
    }

    private void CheckCombined(JsonElement value, SchemaErrors errors, int depth)
    {
        foreach (var schema in AllOf ?? [])
        {
            schema.Check(value, errors, depth + 1);
        }
        if (AnyOf is not null)
        {
            CheckAlternatives(AnyOf, value, errors, depth, exactlyOne: false);
        }
        if (OneOf is not null)
        {
            CheckAlternatives(OneOf, value, errors, depth, exactlyOne: true);
        }
        if (Not is not null)
        {
            var attempt = errors.Fork();
            Not.Check(value, attempt, depth + 1);
            if (attempt.Count == 0)
            {
                errors.Add("matches a schema that it must not match");
            }
        }
    }

    private static void CheckAlternatives(List<SchemaNode> alternatives, JsonElement value, SchemaErrors errors, int depth, bool exactlyOne)
    {
        var matches = 0;
        SchemaErrors? nearest = null;
        foreach (var schema in alternatives)
        {
            var attempt = errors.Fork();
            schema.Check(value, attempt, depth + 1);
            if (attempt.Count == 0)
            {
                matches++;
                if (!exactlyOne || matches > 1)
                {
                    break;
                }
            }
            // The alternative that got furthest into the value is most likely the one that was meant.
            else if (nearest is null || (attempt.DeepestPath, -attempt.Count).CompareTo((nearest.DeepestPath, -nearest.Count)) > 0)
            {
                nearest = attempt;
            }
        }
        if (matches == 0)
        {
            if (alternatives.Count > 1)
            {
                errors.Add($"matches none of {alternatives.Count} alternatives; nearest:");
            }
            errors.AddRange(nearest!);
        }
        else if (exactlyOne && matches > 1)
        {
            errors.Add("matches more than one alternative, and must match exactly one");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
