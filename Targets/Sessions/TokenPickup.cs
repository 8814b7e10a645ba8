using System.Text.Json;
using ApeTest.Targets.Http;

namespace ApeTest.Targets.Sessions;

/// <summary>Finds a bearer token in the JSON answer of a login.</summary>
internal static class TokenPickup
{
    /// <summary>Names that mean a token anywhere (RFC 6749, section 5.1, and its common spellings), best first.</summary>
    private static readonly string[] Certain = ["access_token", "accessToken", "jwt", "id_token"];

    /// <summary>Names that mean one only in the answer of a login.</summary>
    private static readonly string[] Likely = ["access_token", "accessToken", "token", "jwt", "id_token"];

    private static readonly string[] LoginWords = ["login", "logon", "signin", "sign-in", "sign_in", "auth", "token", "session", "register", "signup", "sign-up", "sign_up"];

    private const int MaxBody = 256 * 1024;

    /// <summary>The token and the JSON path that it stands at; null for none.</summary>
    public static (string Path, string Token)? Find(in TargetExchange exchange, HttpMethod? method, string? operation)
    {
        if (exchange.Status is < 200 or >= 300 || exchange.ErrorType is not null || exchange.Body.IsEmpty || exchange.Body.Length > MaxBody
            || method == HttpMethod.Get || method == HttpMethod.Head
            || exchange.Header("Content-Type")?.Contains("json", StringComparison.OrdinalIgnoreCase) != true)
        {
            return null;
        }
        var names = IsLogin(exchange.Url?.AbsolutePath) || IsLogin(operation) ? Likely : Certain;
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
                return ($"$.{found.Name}", found.Token);
            }
            foreach (var property in root.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Object && Find(property.Value, names) is { } nested)
                {
                    return ($"$.{property.Name}.{nested.Name}", nested.Token);
                }
            }
            return null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (string Name, string Token)? Find(JsonElement map, string[] names)
    {
        foreach (var name in names)
        {
            if (map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 and < 16_384 } token
                && !token.AsSpan().ContainsAnyInRange('\0', ' '))
            {
                return (name, token);
            }
        }
        return null;
    }

    private static bool IsLogin(string? text)
    {
        foreach (var word in LoginWords)
        {
            if (text?.Contains(word, StringComparison.OrdinalIgnoreCase) == true)
            {
                return true;
            }
        }
        return false;
    }
}
