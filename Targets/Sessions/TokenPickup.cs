using System.Text.Json;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Sessions;

/// <summary>Finds the token in the answer of a login: in its JSON body, else in a header.</summary>
internal static class TokenPickup
{
    /// <summary>Names that mean a token anywhere (RFC 6749, section 5.1, and its common spellings), best first.</summary>
    private static readonly string[] Certain = ["access_token", "accessToken", "jwt", "id_token"];

    /// <summary>Names that mean one only in the answer of a login.</summary>
    private static readonly string[] Likely =
        ["access_token", "accessToken", "token", "auth_token", "authToken", "session_token", "sessionToken", "bearer_token", "bearerToken", "jwt", "access", "id_token"];

    /// <summary>What stands beside a token and is as good as one to whoever reads it.</summary>
    private static readonly string[] Beside = ["refresh_token", "refreshToken", "refresh", .. Likely];

    private static readonly HashSet<string> LoginWords = new(StringComparer.OrdinalIgnoreCase)
    {
        "login", "logon", "signin", "signup", "auth", "oauth", "oauth2", "authenticate", "authentication", "authorize", "authorization", "token", "tokens", "session", "sessions",
        "register", "registration", "registrations", "credentials",
    };

    /// <summary>First halves of a login that is written in two words: <c>sign-in</c>, <c>logOn</c>, <c>sign_up</c>.</summary>
    private static readonly HashSet<string> FirstHalves = new(StringComparer.OrdinalIgnoreCase) { "sign", "log" };

    /// <summary>Headers in which a login hands out its token, best first. A token against cross-site forgery is none.</summary>
    private static readonly string[] Headers = ["Authorization", "X-Auth-Token", "X-Session-Token", "X-Access-Token", "X-Subject-Token"];

    private const int MaxBody = 256 * 1024;

    private const int MaxToken = 16_384;

    /// <summary>The token; null for none.</summary>
    public static PickedUpToken? Find(in TargetExchange exchange, HttpMethod? method, string? operation)
    {
        if (exchange.Status is < 200 or >= 300 || exchange.ErrorType is not null || method == HttpMethod.Get || method == HttpMethod.Head)
        {
            return null;
        }
        var isLogin = IsLogin(exchange.Url?.AbsolutePath) || IsLogin(operation);
        return InBody(in exchange, isLogin ? Likely : Certain) ?? (isLogin ? InHeaders(in exchange) : null);
    }

    private static PickedUpToken? InHeaders(in TargetExchange exchange)
    {
        foreach (var name in Headers)
        {
            var value = exchange.Header(name)?.Trim();
            if (name == "Authorization")
            {
                value = value?.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) == true ? value["Bearer ".Length..].Trim() : null;
            }
            if (value is not null && IsToken(value))
            {
                return new($"header {name}", value, []);
            }
        }
        return null;
    }

    private static PickedUpToken? InBody(in TargetExchange exchange, string[] names)
    {
        if (exchange.Body.IsEmpty || exchange.Body.Length > MaxBody
            || exchange.Header("Content-Type")?.Contains("json", StringComparison.OrdinalIgnoreCase) != true)
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(exchange.Body);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            if (Find(root, names) is { } found)
            {
                return found with { Path = $"$.{found.Path}" };
            }
            foreach (var property in root.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Object
                    && (Find(property.Value, names) ?? (property.Name == "data" ? InGraphQl(property.Value) : null)) is { } nested)
                {
                    return nested with { Path = $"$.{property.Name}.{nested.Path}" };
                }
            }
            return null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter: half a surrogate pair in a name
        {
            return null;
        }
    }

    /// <summary>GraphQL answers one level deeper, under the name of what was called: <c>{"data":{"login":{"token":"..."}}}</c>.</summary>
    private static PickedUpToken? InGraphQl(JsonElement data)
    {
        foreach (var property in data.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Object && Find(property.Value, IsLogin(property.Name) ? Likely : Certain) is { } found)
            {
                return found with { Path = $"{property.Name}.{found.Path}" };
            }
        }
        return null;
    }

    private static PickedUpToken? Find(JsonElement map, string[] names)
    {
        foreach (var name in names)
        {
            if (Token(map, name) is { } token)
            {
                return new(name, token, [.. Beside.Where(other => other != name).Select(other => KeyValuePair.Create(other, Token(map, other)!)).Where(static other => other.Value is not null)]);
            }
        }
        return null;
    }

    private static string? Token(JsonElement map, string name) =>
        map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && TextOf(value) is { } token && IsToken(token) ? token : null;

    private static bool IsToken(string text) => text.Length is > 0 and < MaxToken && !text.AsSpan().ContainsAnyExceptInRange('!', '~');

    private static string? TextOf(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape that is no character: a target may send anything.
            return null;
        }
    }

    /// <summary>Whether one of the words of a path or an operation's name speaks of a login: <c>/api/auth/jwt</c>, <c>createSession</c>; not <c>/authors</c>.</summary>
    private static bool IsLogin(string? text)
    {
        if (text is null)
        {
            return false;
        }
        var before = "";
        foreach (var word in Words(text))
        {
            if (LoginWords.Contains(word) || (FirstHalves.Contains(before) && word.ToUpperInvariant() is "IN" or "ON" or "UP"))
            {
                return true;
            }
            before = word;
        }
        return false;
    }

    private static IEnumerable<string> Words(string text)
    {
        for (var at = 0; at < text.Length;)
        {
            var start = at;
            while (at < text.Length && char.IsAsciiLetterOrDigit(text[at]) && (at == start || !char.IsAsciiLetterUpper(text[at]) || char.IsAsciiLetterUpper(text[at - 1])))
            {
                at++;
            }
            if (at > start)
            {
                yield return text[start..at];
            }
            else
            {
                at++;
            }
        }
    }
}
