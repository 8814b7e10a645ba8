using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using ApeTest.Scenarios.Data;
using ApeTest.Scenarios.Loading;

namespace ApeTest.Scenarios.Success;

/// <summary>
/// One comparison of a value, read once and shared by all sessions. Written as JSON: an object holds comparisons by name
/// (<c>{"min":10,"max":20}</c>), anything else is the value itself; so an object as a value is <c>{"equals":{...}}</c>.
/// </summary>
public sealed class Comparison
{
    private const int MaxDepth = 8;

    private static readonly ImmutableArray<(string Name, ComparisonKind Kind)> Names =
    [
        ("equals", ComparisonKind.Equal), ("not", ComparisonKind.Not), ("oneOf", ComparisonKind.OneOf), ("min", ComparisonKind.Min), ("max", ComparisonKind.Max),
        ("above", ComparisonKind.Above), ("below", ComparisonKind.Below), ("contains", ComparisonKind.Contains), ("matches", ComparisonKind.Matches),
        ("exists", ComparisonKind.Exists), ("count", ComparisonKind.Count),
    ];

    private Comparison(ComparisonKind kind, string text)
    {
        Kind = kind;
        Operand = Template.Parse(text);
        Fixed = Operand.Placeholders.IsEmpty ? Operand.Render(static _ => null) : null;
    }

    /// <summary>How it compares.</summary>
    public ComparisonKind Kind { get; }

    /// <summary>What it compares with: a text without its quotes, or a JSON value as written.</summary>
    public Template Operand { get; }

    /// <summary>The operand as text where it holds nothing to fill in; null otherwise.</summary>
    public string? Fixed { get; }

    /// <summary>The operand as JSON where it is a value that holds nothing to fill in; null otherwise. A text in quotes is equal to texts only.</summary>
    public JsonElement? Literal { get; private init; }

    /// <summary>Whether the operand is an array or object: what is filled into it is filled into texts of JSON.</summary>
    public bool IsStructure { get; private init; }

    /// <summary>The operand of <see cref="ComparisonKind.Matches"/>; null otherwise.</summary>
    public Regex? Pattern { get; private init; }

    /// <summary>Whether a value must be there (<c>exists</c>).</summary>
    public bool Exists { get; private init; }

    /// <summary>Comparisons inside: of <c>not</c> and <c>count</c>, and the values of <c>oneOf</c>.</summary>
    public ImmutableArray<Comparison> Inner { get; private init; } = [];

    /// <summary>Names of the values that it needs.</summary>
    public IEnumerable<string> Needs => Inner.IsEmpty ? Operand.Placeholders : Inner.SelectMany(static inner => inner.Needs);

    /// <summary>Generators that it names.</summary>
    public IEnumerable<Data.Generators.Generator> Generators => Inner.IsEmpty ? Operand.Generators : Inner.SelectMany(static inner => inner.Generators);

    /// <summary>Name of a kind as written: <c>oneOf</c>.</summary>
    public static string NameOf(ComparisonKind kind) => Names.First(name => name.Kind == kind).Name;

    /// <summary>Reads comparisons, all of which must hold. Malformed ones throw <see cref="ApeTestException"/> (exit 2).</summary>
    public static ImmutableArray<Comparison> Parse(string text, ComparisonSubject subject) => TryParse(text, subject, out var comparisons, out var error)
        ? comparisons
        : throw new ApeTestException($"comparison {Quote.Text(text)}: {error.Message}.", error.Suggestion, ExitCodes.Input);

    /// <summary>Reads comparisons; false with what is wrong.</summary>
    public static bool TryParse(string text, ComparisonSubject subject, out ImmutableArray<Comparison> comparisons, out TextError error)
    {
        comparisons = [];
        try
        {
            using var document = JsonOf(text);
            comparisons = document is null
                ? [Value(Plain(subject), text, null)]
                : Read(document.RootElement, subject, 0);
            error = default;
            return true;
        }
        catch (ApeTestException exception)
        {
            error = new TextError(0, exception.Message.TrimEnd('.'), exception.Hint);
            return false;
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            error = new TextError(0, "holds half a character (one of a surrogate pair), which is no text", "Write the whole character.");
            return false;
        }
    }

    private static ComparisonKind Plain(ComparisonSubject subject) => subject is ComparisonSubject.Body ? ComparisonKind.Contains : ComparisonKind.Equal;

    private static JsonDocument? JsonOf(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ImmutableArray<Comparison> Read(JsonElement json, ComparisonSubject subject, int depth)
    {
        if (subject is ComparisonSubject.Body && json.ValueKind is JsonValueKind.String && json.ValueEquals(""))
        {
            throw Wrong("every body contains the empty text", "Write a text that only the right answer holds, or `{ equals: \"\" }` for an empty body.");
        }
        if (json.ValueKind is not JsonValueKind.Object)
        {
            return [Value(Plain(subject), json)];
        }
        var comparisons = ImmutableArray.CreateBuilder<Comparison>();
        foreach (var property in json.EnumerateObject())
        {
            comparisons.Add(Named(property.Name, property.Value, subject, depth));
        }
        return comparisons.Count > 0 ? comparisons.ToImmutable()
            : throw Wrong("holds no comparison", "Write for example `{ min: 10 }`, or `{ equals: {} }` for an empty object.");
    }

    private static Comparison Named(string name, JsonElement operand, ComparisonSubject subject, int depth)
    {
        var kind = Kinds(subject).Where(known => known.Name == name).Select(static known => (ComparisonKind?)known.Kind).FirstOrDefault()
            ?? throw Unknown(name, operand, subject);
        if (depth == MaxDepth)
        {
            throw Wrong($"nests deeper than {MaxDepth} comparisons", "Simplify it.");
        }
        switch (kind)
        {
            case ComparisonKind.Min or ComparisonKind.Max or ComparisonKind.Above or ComparisonKind.Below:
                var number = Value(kind, operand);
                return operand.ValueKind is JsonValueKind.Number || (operand.ValueKind is JsonValueKind.String
                    && (number.Operand.Placeholders.Length > 0 || double.TryParse(operand.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out _)))
                    ? number
                    : throw Wrong($"`{name}` needs a number (got {Quote.Plain(operand.GetRawText())})", $"Write for example `{{ {name}: 10 }}`.");
            case ComparisonKind.Exists:
                return operand.ValueKind is JsonValueKind.True or JsonValueKind.False
                    ? new Comparison(kind, operand.GetRawText()) { Exists = operand.GetBoolean() }
                    : throw Wrong($"`exists` is true or false (got {Quote.Plain(operand.GetRawText())})", "Write `{ exists: true }`.");
            case ComparisonKind.Matches:
                return operand.ValueKind is not JsonValueKind.String ? throw Wrong("`matches` needs a regular expression", "Write for example `{ matches: \"^ord-\\\\d+$\" }`.")
                    : SafeRegex.TryParse(operand.GetString()!, out var regex, out var error) ? new Comparison(kind, "") { Pattern = regex }
                    : throw Wrong(error.Message!, error.Suggestion);
            case ComparisonKind.OneOf:
                return operand.ValueKind is JsonValueKind.Array && operand.GetArrayLength() > 0
                    ? new Comparison(kind, "") { Inner = [.. operand.EnumerateArray().Select(static item => Value(ComparisonKind.Equal, item))] }
                    : throw Wrong("`oneOf` needs a list of values", "Write for example `{ oneOf: [ paid, shipped ] }`.");
            case ComparisonKind.Count:
                var counted = Read(operand, ComparisonSubject.Json, depth + 1);
                return counted is [{ Kind: ComparisonKind.Equal, Literal: not { ValueKind: JsonValueKind.Number } }]
                    && (operand.ValueKind is not JsonValueKind.String || counted[0].Operand.Placeholders.IsEmpty)
                    ? throw Wrong("`count` needs a number or comparisons of one", "Write `{ count: 2 }` or `{ count: { min: 1 } }`.")
                    : new Comparison(kind, "") { Inner = counted };
            case ComparisonKind.Not:
                var inner = operand.ValueKind is JsonValueKind.Object ? Read(operand, subject, depth + 1) : [Value(ComparisonKind.Equal, operand)];
                return inner.Any(static each => each.Kind is ComparisonKind.Exists)
                    ? throw Wrong("`not` cannot hold `exists`", "Write `{ exists: false }` for a value that must be missing.")
                    : new Comparison(kind, "") { Inner = inner };
            default:
                return Value(kind, operand);
        }
    }

    private static Comparison Value(ComparisonKind kind, JsonElement json) =>
        Value(kind, json.ValueKind is JsonValueKind.String ? json.GetString()! : json.GetRawText(), json.Clone());

    private static Comparison Value(ComparisonKind kind, string text, JsonElement? literal)
    {
        var value = new Comparison(kind, text) { IsStructure = literal?.ValueKind is JsonValueKind.Array or JsonValueKind.Object, Literal = literal };
        // What is filled in later may be any value: `{{n}}` meets 7 and "7".
        return value.Fixed is null ? new Comparison(kind, text) { IsStructure = value.IsStructure } : value;
    }

    private static IEnumerable<(string Name, ComparisonKind Kind)> Kinds(ComparisonSubject subject) => Names.Where(name => name.Kind switch
    {
        ComparisonKind.Count => subject is ComparisonSubject.Json,
        ComparisonKind.Exists => subject is ComparisonSubject.Json or ComparisonSubject.Header,
        _ => true,
    });

    private static ApeTestException Unknown(string name, JsonElement operand, ComparisonSubject subject)
    {
        var names = Kinds(subject).Select(static known => known.Name).ToList();
        var mean = Distances.Closest(name, names) is { } close ? $"Did you mean `{close}`? " : "";
        return Wrong($"{Quote.Text(name)} is no comparison here",
            $"{mean}Comparisons: {string.Join(", ", names)}. An object as a value is `{{ equals: {{ {Quote.Plain(name)}: {Quote.Plain(operand.GetRawText(), 20)} }} }}`.");
    }

    private static ApeTestException Wrong(string message, string? suggestion) => new(message, suggestion, ExitCodes.Input);
}
