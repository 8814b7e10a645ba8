using System.Collections.Frozen;
using System.Text.Json;

namespace ApeTest.LlmProxy.Builtin.Planner;

/// <summary>Something that a response showed: an object with an id.</summary>
internal sealed class Thing(HashSet<string> nouns, JsonElement value, bool made, string source)
{
    private static readonly string[] IdNames = ["id", "_id", "uuid", "guid", "code", "number", "key", "slug", "reference", "ref"];

    /// <summary>Stems of what it may be called.</summary>
    public HashSet<string> Nouns { get; } = nouns;

    public JsonElement Value { get; } = value;

    /// <summary>Whether this session made it.</summary>
    public bool Made { get; } = made;

    /// <summary>Name of the operation that showed it.</summary>
    public string Source { get; } = source;

    public bool IsA(string noun) => Nouns.Contains(noun);

    /// <summary>What to put into a parameter that refers to this thing; null when it has nothing that fits.</summary>
    public JsonElement? IdFor(Parameter parameter, string noun)
    {
        if (Find(name => Same(name, parameter.Name)) is { } exact)
        {
            return exact;
        }

        if (Find(name => Same(name, noun + "id")) is { } named)
        {
            return named;
        }

        foreach (var candidate in IdNames)
        {
            if (Find(name => Same(name, candidate)) is { } id)
            {
                return id;
            }
        }

        // The first thing that ends like an id, such as "orderNo" or "loan_id".
        return Find(name => Words.Split(name) is { Length: > 0 } tokens && tokens[^1] is "id" or "no" or "number");
    }

    /// <summary>A property by name; null when it has none.</summary>
    public JsonElement? Has(string name) => Find(other => Same(other, name));

    /// <summary>A text that tells this thing from others.</summary>
    public string Key => (IdFor(Nothing, "") ?? Value).ToString();

    public JsonElement? Property(FrozenSet<string> stems, Func<JsonElement, bool> accept)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var property in Value.EnumerateObject())
        {
            if (accept(property.Value) && Words.Split(property.Name).Any(stems.Contains))
            {
                return property.Value;
            }

            // {"price":{"amount":12.5,"currency":"EUR"}}
            if (property.Value.ValueKind == JsonValueKind.Object && Words.Split(property.Name).Any(stems.Contains))
            {
                foreach (var inner in property.Value.EnumerateObject())
                {
                    if (accept(inner.Value))
                    {
                        return inner.Value;
                    }
                }
            }
        }

        return null;
    }

    private static readonly Parameter Nothing = Parameter.Read("", default, false, null, false);

    private static bool Same(string a, string b) =>
        a.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal)
            .Equals(b.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase);

    private JsonElement? Find(Func<string, bool> accept)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            return null;
        }

        foreach (var property in Value.EnumerateObject())
        {
            if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number && accept(property.Name))
            {
                return property.Value;
            }
        }

        return null;
    }
}
