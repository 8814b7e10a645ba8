using System.Collections.Frozen;
using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Something that a response showed: an object with an id.</summary>
internal sealed class Thing(HashSet<string> nouns, JsonElement value, bool made, string source)
{
    private static readonly string[] NameNames = ["slug", "login", "username", "handle", "key", "code", "name"];
    private static readonly string[] IdNames = ["id", "uuid", "guid", "code", "number", "key", "slug", "reference", "ref"];

    // Asked for again and again while a thing is compared with others: read once.
    private (string Name, string Plain, JsonElement Value)[]? _scalars;
    private List<string>? _texts;
    private string? _key;

    /// <summary>Stems of what it may be called.</summary>
    public HashSet<string> Nouns { get; } = nouns;

    public JsonElement Value { get; } = value;

    /// <summary>Whether this session made it.</summary>
    public bool Made { get; } = made;

    /// <summary>Name of the operation that showed it.</summary>
    public string Source { get; } = source;

    /// <summary>Names of what it was made with, or lies in: not its own.</summary>
    public IReadOnlyCollection<string> Lent { get; init; } = [];

    public bool IsLent(string name) => Lent.Contains(name);

    public bool IsA(string noun) => Nouns.Contains(noun);

    /// <summary>What to put into a parameter that refers to this thing; null when it has nothing that fits.</summary>
    public JsonElement? IdFor(Parameter parameter, string noun)
    {
        if (parameter.Key is { } key)
        {
            return Find(key);
        }

        if ((Has(parameter.Name) ?? Has(noun + "id")) is { } named)
        {
            return named;
        }

        // {repo} of a path is rather a name than a number that the answer also has.
        if (parameter is { InPath: true, Type: "string", Format: "" } && parameter.Tokens is [var only] && only == noun && Find("id") is { ValueKind: JsonValueKind.Number })
        {
            foreach (var candidate in NameNames)
            {
                if (Find(candidate) is { ValueKind: JsonValueKind.String } name)
                {
                    return name;
                }
            }
        }

        foreach (var candidate in IdNames)
        {
            if (Find(candidate) is { } id)
            {
                return id;
            }
        }

        // The first thing that ends like an id, such as "orderNo" or "loan_id".
        foreach (var (name, _, value) in Scalars)
        {
            if (Words.Split(name) is { Length: > 0 } tokens && tokens[^1] is "id" or "no" or "number" && (tokens.Length == 1 || noun.Length == 0 || tokens[..^1].Any(token => Words.Related(token, noun) || Nouns.Contains(token))))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>A property by name; null when it has none.</summary>
    public JsonElement? Has(string name) => Find(Plain(name));

    /// <summary>What it says of the thing that it lies in: <c>"projectId": 1</c> or <c>"owner": {"login": "ann"}</c>; null when it says nothing.</summary>
    public JsonElement? Inner(Parameter parameter)
    {
        if (Has(parameter.Name) is { } scalar)
        {
            return scalar;
        }

        if (Value.ValueKind == JsonValueKind.Object && Value.TryGetProperty(parameter.Name, out var inner) && inner.ValueKind == JsonValueKind.Object)
        {
            return new Thing([], inner, false, "").IdFor(parameter, parameter.Noun ?? "");
        }

        return null;
    }

    /// <summary>A text that tells this thing from others.</summary>
    public string Key => _key ??= (IdFor(Nothing, "") ?? Value).ToString();

    /// <summary>What it is called; null when it has no name.</summary>
    public string? Name => (Find("name") ?? Find("title") ?? Find("label") ?? Find("displayname") ?? Find("fullname") ?? Find("slug") ?? Find("key"))?.ToString();

    /// <summary>What it says of itself: the texts and numbers of its own properties and those one level below.</summary>
    public List<string> Texts => _texts ??= [.. TextsOf(Value, 0)];

    private (string Name, string Plain, JsonElement Value)[] Scalars => _scalars ??= Value.ValueKind != JsonValueKind.Object ? []
        : [.. Value.EnumerateObject()
            .Where(static property => property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            .Select(static property => (property.Name, Plain(property.Name), property.Value))];

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

    private static string Plain(string name) => name.Replace("_", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);

    private JsonElement? Find(string plain)
    {
        foreach (var (_, name, value) in Scalars)
        {
            if (name.Equals(plain, StringComparison.OrdinalIgnoreCase))
            {
                return value;
            }
        }

        return null;
    }

    private static IEnumerable<string> TextsOf(JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                yield return value.GetString()!;
                break;
            case JsonValueKind.Number:
                yield return value.GetRawText();
                break;
            case JsonValueKind.Object when depth < 2:
                foreach (var property in value.EnumerateObject())
                {
                    foreach (var text in TextsOf(property.Value, depth + 1))
                    {
                        yield return text;
                    }
                }

                break;
            case JsonValueKind.Array when depth < 2:
                foreach (var item in value.EnumerateArray())
                {
                    foreach (var text in TextsOf(item, depth + 1))
                    {
                        yield return text;
                    }
                }

                break;
            default:
                break;
        }
    }
}
