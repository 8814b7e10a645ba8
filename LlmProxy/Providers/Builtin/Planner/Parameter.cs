using System.Collections.Frozen;
using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>A parameter, or a property somewhere inside one, with what its name and schema tell.</summary>
internal sealed class Parameter
{
    private const int MaxDepth = 6;
    private static readonly FrozenSet<string> IdWords = Words.Set("id ids uuid guid");
    private static readonly FrozenSet<string> KeyWords = Words.Set("id ids uuid guid ref reference slug sku isbn code number no key");
    private static readonly FrozenSet<string> ArticleKeys = Words.Set("sku isbn ean asin barcode gtin upc");
    private static readonly FrozenSet<string> FromRoles = Words.Set("from source src sender debit origin payer");
    private static readonly FrozenSet<string> ToRoles = Words.Set("to destination dest dst target recipient beneficiary receiver credit payee");
    private static readonly FrozenSet<string> PersonRoles = Words.Set("assignee owner author reporter creator reviewer responsible manager recipient sender borrower lender guest host payer buyer seller approver participant attendee invitee patient holder");
    private static readonly FrozenSet<string> People = Words.Set("user member person people employee contact customer account patron profile patient client guest student");
    private static readonly FrozenSet<string> Envelopes = Words.Set("data attributes relationships resource payload body");
    private static readonly FrozenSet<string> NeverReference = Words.Set("idempotency date year month day");

    public required string Name { get; init; }

    public required JsonElement Schema { get; init; }

    public required string[] Tokens { get; init; }

    public required string Type { get; init; }

    public required bool Required { get; init; }

    public bool InPath { get; init; }

    /// <summary>Whether it is a property of an object inside the body: the name of the guest of a booking.</summary>
    public bool IsInner { get; init; }

    public string Format { get; init; } = "";

    public string[] Enum { get; init; } = [];

    public string Description { get; init; } = "";

    /// <summary>Properties of an object.</summary>
    public Parameter[] Properties { get; init; } = [];

    /// <summary>Items of an array.</summary>
    public Parameter? Item { get; init; }

    /// <summary>Stem of the thing whose id this is; null when it is no reference.</summary>
    public string? Noun { get; private set; }

    /// <summary><c>from</c> or <c>to</c>, in names such as <c>fromAccountId</c>; else empty.</summary>
    public string Role { get; private set; } = "";

    /// <summary>Name of the property that it takes of the thing, where that is no id: <c>iban</c> for <c>fromIban</c>; null for the id.</summary>
    public string? Key { get; private set; }

    /// <summary>Stems of other things that have such a <see cref="Key"/>: payees beside accounts.</summary>
    public IReadOnlyList<string> AlsoNouns { get; private set; } = [];

    /// <summary>Of a bare <c>id</c> inside an object that names what it is of, <c>{"driver":{"data":{"id":..}}}</c>: the same under a name of its own, <c>driverId</c>.</summary>
    public Parameter? Reference { get; private set; }

    public bool Nullable { get; init; }

    // Stem of the object that it lies in; a mere envelope is none.
    private string Owner { get; init; } = "";

    /// <summary>The pattern of its schema; null for none.</summary>
    public string? Pattern => Text(Schema, "pattern") is { Length: > 0 } pattern ? pattern : null;

    /// <summary>Whether it asks for a password. "pass" alone does; "boarding_pass" does not.</summary>
    public bool IsPassword => Is(Operation.PasswordWords) || (Tokens is [var first, var second] && Operation.PasswordWords.Contains(first + second)) || string.Equals(Name, "pass", StringComparison.OrdinalIgnoreCase);

    /// <summary>It and all that is inside it.</summary>
    public IEnumerable<Parameter> All => [this, .. Properties.SelectMany(static property => property.All), .. Item?.All ?? []];

    /// <summary>The same, as a reference to a <paramref name="noun"/>.</summary>
    public Parameter As(string noun)
    {
        var same = (Parameter)MemberwiseClone();
        (same.Noun, same.AlsoNouns) = (noun, []);
        return same;
    }

    /// <summary><c>from</c> or <c>to</c> where a word says that: "sender", "destination"; else empty.</summary>
    public static string RoleOf(string stem) => FromRoles.Contains(stem) ? "from" : ToRoles.Contains(stem) ? "to" : "";

    /// <summary>Whether a word names people.</summary>
    public static bool IsPeople(string noun) => People.Contains(noun) || PersonRoles.Contains(noun);

    /// <summary>Whether a word only says that something is an id or number of something.</summary>
    public static bool IsKeyWord(string stem) => KeyWords.Contains(stem);

    public bool Is(FrozenSet<string> stems)
    {
        foreach (var token in Tokens)
        {
            if (stems.Contains(token))
            {
                return true;
            }
        }

        return false;
    }

    public static Parameter Read(string name, JsonElement schema, bool required, string? pathNoun, bool inPath, int depth = 0, string owner = "")
    {
        schema = Resolve(schema);
        var type = TypeOf(schema, out var nullable);
        var inner = Words.Split(name) is [.., var last] && !Envelopes.Contains(last) ? last : depth == 0 ? pathNoun ?? "" : owner;
        var parameter = new Parameter
        {
            Name = name,
            Schema = schema,
            Tokens = Words.Split(name),
            Type = type,
            Required = required,
            InPath = inPath,
            IsInner = depth > 0,
            Nullable = nullable,
            Format = Text(schema, "format"),
            Description = Text(schema, "description"),
            Enum = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("enum", out var values) && values.ValueKind == JsonValueKind.Array
                ? [.. values.EnumerateArray().Where(value => value.ValueKind != JsonValueKind.Null).Select(value => value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText())]
                : [],
            Properties = depth < MaxDepth ? Children(schema, depth, inner) : [],
            Owner = owner,
            Item = depth < MaxDepth && type == "array" && schema.TryGetProperty("items", out var items)
                ? Read(name, items, true, null, false, depth + 1)
                : null,
        };
        parameter.FindNoun(pathNoun);
        return parameter;
    }

    /// <summary>A body property may hold an id without saying so (<c>fromAccount</c>); known once all collections are.</summary>
    public void RecogniseCollections(IReadOnlySet<string> collections)
    {
        foreach (var property in Properties)
        {
            property.RecogniseCollections(collections);
        }

        Item?.RecogniseCollections(collections);
        if (Noun is null && IsInner && Tokens is ["id"] && Type is "string" or "integer" && (collections.Contains(Owner) ? Owner : PersonRoles.Contains(Owner) ? People.FirstOrDefault(collections.Contains) : null) is { } owner)
        {
            Noun = owner;
            Reference = new Parameter { Name = Owner + "Id", Schema = Schema, Tokens = [Owner, "id"], Type = Type, Required = Required, Format = Format, IsInner = true };
            Reference.Noun = owner;
            return;
        }

        // "assigneeId" is a user's id where the API lists users and no assignees.
        if (Noun is not null && !InPath && PersonRoles.Contains(Noun) && !collections.Contains(Noun))
        {
            Noun = People.FirstOrDefault(collections.Contains) ?? Noun;
        }
        else if (Noun is null && Tokens is [var person] && PersonRoles.Contains(person) && Enum.Length == 0 && (Type == "integer" || Format == "uuid"))
        {
            Noun = People.FirstOrDefault(collections.Contains);
        }

        if (Noun is not null || Enum.Length > 0 || Type is not ("string" or "integer") || Tokens.Length is 0 or > 3)
        {
            return;
        }

        var role = FromRoles.Contains(Tokens[0]) ? "from" : ToRoles.Contains(Tokens[0]) ? "to" : "";
        var last = KeyWords.Contains(Tokens[^1]) && Tokens.Length > 1 ? Tokens[^2] : Tokens[^1];
        var isId = Type == "integer" || Format == "uuid" || role.Length > 0 || last != Tokens[^1];
        if (isId && collections.Contains(last) && last != Tokens[0] | role.Length == 0)
        {
            Noun = last;
            Role = role;
        }
    }

    /// <summary><c>fromIban</c> refers to an account where accounts are told apart by their <c>iban</c>, and to whatever else has one.</summary>
    /// <param name="key">Stem of the property.</param>
    /// <param name="nouns">What has it, the owner first.</param>
    public void RecogniseForeignKey(string key, IReadOnlyList<string> nouns)
    {
        if (Noun is null && !InPath && Type is "string" or "integer" && Enum.Length == 0 && Tokens.Length is > 1 and < 4 && Tokens[^1] == key)
        {
            (Noun, Key, AlsoNouns) = (nouns[0], key, [.. nouns.Skip(1)]);
            Role = FromRoles.Contains(Tokens[0]) ? "from" : ToRoles.Contains(Tokens[0]) ? "to" : "";
        }
    }

    /// <summary>A name that tells one <paramref name="noun"/> from another, though it is called neither id nor number.</summary>
    public void RecogniseOwnKey(string noun)
    {
        if (Noun is null && Type is "string" or "integer" && Enum.Length == 0 && Format.Length == 0 && Tokens is [var key] && !Is(SaidValues.MainText) && !Is(SaidValues.Quantity) && !Is(SaidValues.Amount) && !IsPassword)
        {
            (Noun, Key) = (noun, key == noun ? null : Name);
        }
    }

    /// <summary>A key that says of no thing whose it is.</summary>
    public void RecogniseKeys(string searched, bool hasOwnList)
    {
        foreach (var property in Properties)
        {
            property.RecogniseKeys(searched, hasOwnList);
        }

        Item?.RecogniseKeys(searched, hasOwnList);
        // {sku} of /basket/lines/{sku} is the product's, since nothing lists lines.
        if ((Noun is null || (InPath && !hasOwnList)) && Required && Tokens is [var key] && ArticleKeys.Contains(key) && Enum.Length == 0 && Type is "string" or "integer")
        {
            Noun = searched;
        }
    }

    private void FindNoun(string? pathNoun)
    {
        if (Tokens.Length == 0 || Type is "boolean" or "number" or "object" or "array" || Enum.Length > 0
            || Format is "date" or "date-time" or "email" || Is(NeverReference))
        {
            return;
        }

        var marked = IdWords.Contains(Tokens[^1]) || (InPath && KeyWords.Contains(Tokens[^1]));
        if (!marked && !InPath)
        {
            return;
        }

        var rest = (marked ? Tokens[..^1] : Tokens).ToList();
        if (rest.Count > 1 && FromRoles.Contains(rest[0]))
        {
            Role = "from";
            rest.RemoveAt(0);
        }
        else if (rest.Count > 1 && ToRoles.Contains(rest[0]))
        {
            Role = "to";
            rest.RemoveAt(0);
        }

        // {confirmation_code} of /reservations/{confirmation_code} tells one reservation from another.
        Noun = rest.Count == 0 || (marked && InPath && pathNoun is { Length: > 0 } && Role.Length == 0 && !IdWords.Contains(Tokens[^1]) && !Words.Related(rest[^1], pathNoun)) ? pathNoun : rest[^1];
    }

    private static Parameter[] Children(JsonElement schema, int depth, string owner)
    {
        if (schema.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties)
            || properties.ValueKind != JsonValueKind.Object)
        {
            return [];
        }

        HashSet<string> required = RequiredOf(schema);
        return [.. properties.EnumerateObject()
            .Where(property => !(property.Value.ValueKind == JsonValueKind.Object
                && property.Value.TryGetProperty("readOnly", out var readOnly) && readOnly.ValueKind == JsonValueKind.True))
            .Select(property => Read(property.Name, property.Value, required.Contains(property.Name), null, false, depth + 1, owner))];
    }

    public static HashSet<string> RequiredOf(JsonElement schema) =>
        schema.TryGetProperty("required", out var names) && names.ValueKind == JsonValueKind.Array
            ? [.. names.EnumerateArray().Select(name => name.GetString() ?? "")]
            : [];

    // Of alternatives the first that is not null is as good as any.
    private static JsonElement Resolve(JsonElement schema)
    {
        foreach (var keyword in (ReadOnlySpan<string>)["anyOf", "oneOf", "allOf"])
        {
            if (schema.ValueKind == JsonValueKind.Object && !schema.TryGetProperty("properties", out _)
                && schema.TryGetProperty(keyword, out var options) && options.ValueKind == JsonValueKind.Array)
            {
                foreach (var option in options.EnumerateArray())
                {
                    if (Text(option, "type") != "null")
                    {
                        return option;
                    }
                }
            }
        }

        return schema;
    }

    private static string TypeOf(JsonElement schema, out bool nullable)
    {
        nullable = schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("nullable", out var flag) && flag.ValueKind == JsonValueKind.True;
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return "";
        }

        if (!schema.TryGetProperty("type", out var type))
        {
            return schema.TryGetProperty("properties", out _) ? "object" : schema.TryGetProperty("enum", out _) ? "string" : "";
        }

        if (type.ValueKind == JsonValueKind.String)
        {
            return type.GetString()!;
        }

        var names = type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(name => name.GetString() ?? "").ToList() : [];
        nullable |= names.Remove("null");
        // ["integer","string"] is how some generators write a number that may be quoted.
        return names.FirstOrDefault(name => name is "integer" or "number") ?? names.FirstOrDefault() ?? "";
    }

    private static string Text(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()! : "";
}
