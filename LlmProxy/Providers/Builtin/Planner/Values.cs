using System.Collections.Frozen;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>
/// Makes up plausible values and brings known ones into a parameter's type. What is made up depends on goal and session only, so that
/// a repeated run repeats it; after a conflict, and for idempotency keys, on run and trace too, so that it is new.
/// </summary>
internal sealed class Values(string goal, SessionIdentity identity, DateTimeOffset now)
{
    private static readonly FrozenSet<string> Email = Words.Set("email mail");
    private static readonly FrozenSet<string> Phone = Words.Set("phone mobile tel telephone");
    private static readonly FrozenSet<string> Zip = Words.Set("zip postal postcode plz");
    private static readonly FrozenSet<string> City = Words.Set("city town");
    private static readonly FrozenSet<string> Country = Words.Set("country");
    private static readonly FrozenSet<string> Street = Words.Set("street address line");
    private static readonly FrozenSet<string> Currency = Words.Set("currency");
    private static readonly FrozenSet<string> Card = Words.Set("card pan");
    private static readonly FrozenSet<string> Cvc = Words.Set("cvc cvv");
    private static readonly FrozenSet<string> Payment = Words.Set("payment method");
    private static readonly FrozenSet<string> Url = Words.Set("url uri link website");
    private static readonly FrozenSet<string> Person = Words.Set("name username user login nickname firstname lastname holder recipient");
    private static readonly FrozenSet<string> Unique = Words.Set("idempotency key request correlation");
    private static readonly FrozenSet<string> Late = Words.Set("to end until till due return checkout finish back expiry expires");
    private static readonly FrozenSet<string> Date = Words.Set("date day deadline due");
    private static readonly FrozenSet<string> Past = Words.Set("birth birthday dob born");

    public JsonNode Make(Parameter parameter, int attempt)
    {
        var schema = parameter.Schema;
        foreach (var keyword in (ReadOnlySpan<string>)["const", "default", "example"])
        {
            if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(keyword, out var value) && value.ValueKind is not JsonValueKind.Null
                && (keyword == "const" || attempt == 0) && !parameter.Is(Unique))
            {
                return JsonNode.Parse(value.GetRawText())!;
            }
        }

        if (schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("examples", out var examples) && examples.ValueKind == JsonValueKind.Array
            && examples.GetArrayLength() > 0 && attempt == 0)
        {
            return JsonNode.Parse(examples[0].GetRawText())!;
        }

        if (parameter.Enum.Length > 0)
        {
            return Typed(parameter.Enum[attempt % parameter.Enum.Length], parameter.Type);
        }

        return parameter.Type switch
        {
            "boolean" => JsonValue.Create(true),
            "integer" => JsonValue.Create((long)Math.Ceiling(Number(schema, attempt))),
            "number" => JsonValue.Create(Number(schema, attempt)),
            "array" => new JsonArray(),
            "object" => new JsonObject(),
            _ => JsonValue.Create(Fit(Text(parameter, attempt), schema)),
        };
    }

    /// <summary>Whether each call needs a value of its own: a key that makes a repetition harmless.</summary>
    public static bool IsUnique(Parameter parameter) => parameter.Noun is null && parameter.Is(Unique) && parameter.Tokens.Contains(Words.Stem("idempotency"));

    /// <summary>Whether nothing but chance speaks for the text that <see cref="Make"/> gives: no example, no choice, no form.</summary>
    public static bool IsMadeUp(Parameter parameter) => parameter is { Type: "string", Enum.Length: 0 } && parameter.Format is "" or "email" or "uuid" && !parameter.Is(Date)
        && !(parameter.Schema.ValueKind == JsonValueKind.Object && (parameter.Schema.TryGetProperty("default", out _) || parameter.Schema.TryGetProperty("example", out _) || parameter.Schema.TryGetProperty("examples", out _)));

    /// <summary>A known text as the parameter's type.</summary>
    public static JsonNode Typed(string text, string type)
    {
        if (type is "integer" or "number" && decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number))
        {
            return number == decimal.Truncate(number) && Math.Abs(number) < long.MaxValue ? JsonValue.Create((long)number) : JsonValue.Create(number);
        }

        return type == "boolean" && bool.TryParse(text, out var flag) ? JsonValue.Create(flag) : JsonValue.Create(text);
    }

    /// <summary>A value of a response as the parameter's type.</summary>
    public static JsonNode Typed(JsonElement value, string type) =>
        value.ValueKind == JsonValueKind.String ? Typed(value.GetString()!, type is "integer" or "number" ? type : "string")
            : type == "string" ? JsonValue.Create(value.GetRawText()) : JsonNode.Parse(value.GetRawText())!;

    private static double Number(JsonElement schema, int attempt)
    {
        var low = Bound(schema, "minimum") ?? Bound(schema, "exclusiveMinimum") + 1 ?? 1;
        var high = Bound(schema, "maximum") ?? double.MaxValue;
        return Math.Min(Math.Max(low, Math.Min(1, high)) + attempt, Math.Max(low, high));
    }

    private static double? Bound(JsonElement schema, string name) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;

    private string Text(Parameter parameter, int attempt)
    {
        if (PatternOf(parameter.Schema) is { } pattern && PatternText.Make(pattern, Digest(parameter.Name, attempt, attempt > 0)) is { } fitting)
        {
            return fitting;
        }

        if (parameter.Format == "uuid" || (parameter.Is(Unique) && parameter.Tokens.Contains(Words.Stem("idempotency"))))
        {
            return new Guid(Digest(parameter.Name, attempt, fresh: true).AsSpan(0, 16)).ToString();
        }

        if (parameter.Format is "date" or "date-time" or "time" || (parameter.Format.Length == 0 && parameter.Is(Date)))
        {
            return Dates(parameter, attempt);
        }

        var tag = Convert.ToHexStringLower(Digest(parameter.Name, attempt, attempt > 0).AsSpan(0, 4));
        return parameter switch
        {
            _ when parameter.Format == "email" || parameter.Is(Email) => $"ape-{tag}@example.com",
            _ when parameter.Format is "uri" or "url" || parameter.Is(Url) => $"https://example.com/{tag}",
            _ when parameter.IsPassword => $"Ape-{tag}-1!",
            _ when parameter.Is(Phone) => "+15550100",
            _ when parameter.Is(Zip) => "10115",
            _ when parameter.Is(City) => "Berlin",
            _ when parameter.Is(Country) => "DE",
            _ when parameter.Is(Cvc) => "123",
            _ when parameter.Is(Card) && parameter.Tokens.Contains("number") => "4242424242424242",
            _ when parameter.Is(Currency) => "EUR",
            _ when parameter.Is(Payment) => "card",
            _ when parameter.Is(Street) => "1 Test Street",
            _ when parameter.Is(Person) => $"ape-{tag}",
            _ => $"Ape test {tag}",
        };
    }

    /// <summary>A text that matches a pattern which a refusal told; null when the pattern is beyond what can be made.</summary>
    public string? Matching(Parameter parameter, string pattern, int attempt) => PatternText.Make(pattern, Digest(parameter.Name, attempt, attempt > 0));

    private static string? PatternOf(JsonElement schema) =>
        schema.ValueKind == JsonValueKind.Object && schema.TryGetProperty("pattern", out var pattern) && pattern.ValueKind == JsonValueKind.String ? pattern.GetString() : null;

    private string Dates(Parameter parameter, int attempt)
    {
        var day = parameter.Is(Past) ? new DateTimeOffset(1990, 1, 1, 0, 0, 0, TimeSpan.Zero)
            : new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero).AddDays(14 + attempt + (parameter.Is(Late) ? 2 : 0)).AddHours(10);
        return parameter.Format switch
        {
            "date-time" => day.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            "time" => "10:00:00",
            _ => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        };
    }

    private static string Fit(string text, JsonElement schema)
    {
        var most = (int)Math.Min(Bound(schema, "maxLength") ?? 1000, 1000);
        var least = (int)Math.Min(Bound(schema, "minLength") ?? 0, most);
        text = text.Length > most ? text[..most] : text;
        return text.Length < least ? text.PadRight(least, 'x') : text;
    }

    private byte[] Digest(string name, int attempt, bool fresh)
    {
        var seed = string.Join('\n', goal, identity.Session, name, attempt.ToString(CultureInfo.InvariantCulture), fresh ? identity.Run + identity.Trace : "");
        return SHA256.HashData(Encoding.UTF8.GetBytes(seed));
    }
}
