using System.Text.Json;
using ApeTest.Targets.Auth;

namespace ApeTest.Gateway.Configuration;

/// <summary>Reads <c>auth</c> of a target. A key that belongs to another type is an error: it would look as if it had an effect.</summary>
internal static class AuthReader
{
    public static readonly string[] RequestKeys = ["method", "path", "json", "form", "headers"];

    /// <summary>Keys of each type, in the order in which errors list them.</summary>
    public static readonly (string Word, AuthType Type, string[] Keys)[] Types =
    [
        ("none", AuthType.None, []),
        ("bearer", AuthType.Bearer, ["token"]),
        ("basic", AuthType.Basic, ["user", "password"]),
        ("apiKey", AuthType.ApiKey, ["in", "name", "value"]),
        ("login", AuthType.Login, ["request", "token", "cookie", "header", "scheme", "scope"]),
    ];

    /// <summary>All keys.</summary>
    public static readonly string[] Keys = ["type", "override", .. Types.SelectMany(static type => type.Keys).Distinct(StringComparer.Ordinal)];

    private static readonly (string Word, AuthType Type)[] Words = [.. Types.Select(static type => (type.Word, type.Type))];

    public static AuthOptions Read(FieldReader reader, JsonElement element, string at)
    {
        var auth = new AuthOptions();
        var fields = reader.Fields(element, at, Keys);
        if (element.ValueKind != JsonValueKind.Object)
        {
            return auth;
        }
        var type = fields.Find(static field => field.Key == "type");
        if (type.Key is null)
        {
            if (!reader.IsReported($"{at}.type"))
            {
                reader.Add($"{at}.type", "is missing", $"write one of {string.Join(", ", Types.Select(static known => $"\"{known.Word}\""))}");
            }
            return auth;
        }
        if (reader.OneOf(type.Value, $"{at}.type", Words) is not { } read)
        {
            return auth;
        }
        auth.Type = read;
        auth.Login = auth.Type == AuthType.Login ? new LoginOptions() : null;
        var (word, _, own) = Types[(int)auth.Type];
        foreach (var (key, value) in fields)
        {
            if (key is "type")
            {
                continue;
            }
            if (key is not "override" && !own.Contains(key, StringComparer.Ordinal))
            {
                var others = Types.Where(other => other.Keys.Contains(key, StringComparer.Ordinal)).Select(static other => other.Word);
                reader.Add($"{at}.{key}", $"has no effect with type {word}", $"remove it, or set `type` to {string.Join(" or ", others)}");
                continue;
            }
            ReadField(reader, auth, key, value, $"{at}.{key}");
        }
        if (auth.Login is { Cookie: not null, Token: null })
        {
            foreach (var key in fields.Select(static field => field.Key).Where(static key => key is "header" or "scheme"))
            {
                reader.Add($"{at}.{key}", "has no effect with `cookie`: the cookie is sent as a cookie", "remove it");
            }
        }
        return auth;
    }

    private static void ReadField(FieldReader reader, AuthOptions auth, string key, JsonElement value, string path)
    {
        switch (key)
        {
            case "override":
                auth.Override = reader.Flag(value, path);
                break;
            case "token" when auth.Login is { } login:
                // One that cannot be read was meant all the same: it is not told to be missing.
                login.Token = reader.Text(value, path) ?? "$";
                break;
            case "token":
                auth.Token = reader.Text(value, path);
                break;
            case "user":
                auth.User = reader.Text(value, path);
                break;
            case "password":
                auth.Password = reader.Text(value, path);
                break;
            case "in":
                auth.In = reader.Text(value, path) ?? auth.In;
                break;
            case "name":
                auth.Name = reader.Text(value, path);
                break;
            case "value":
                auth.Value = reader.Text(value, path);
                break;
            case "request":
                ReadRequest(reader, auth.Login!, value, path);
                break;
            case "cookie":
                auth.Login!.Cookie = reader.Text(value, path) ?? "_";
                break;
            case "header":
                auth.Login!.Header = reader.Text(value, path) ?? auth.Login.Header;
                break;
            case "scheme":
                auth.Login!.Scheme = reader.Text(value, path);
                break;
            case "scope":
                auth.Login!.PerSession = reader.OneOf(value, path, [("shared", false), ("session", true)]) ?? false;
                break;
        }
    }

    private static void ReadRequest(FieldReader reader, LoginOptions login, JsonElement element, string at)
    {
        foreach (var (key, value) in reader.Fields(element, at, RequestKeys))
        {
            var path = $"{at}.{key}";
            switch (key)
            {
                case "method":
                    login.Method = reader.Text(value, path) ?? login.Method;
                    break;
                case "path":
                    login.Path = reader.Text(value, path) ?? login.Path;
                    break;
                case "json":
                    login.Json = reader.Json(value, path);
                    break;
                case "form":
                    login.Form = reader.TextMap(value, path, StringComparer.Ordinal);
                    break;
                case "headers":
                    login.Headers = reader.TextMap(value, path, StringComparer.OrdinalIgnoreCase);
                    break;
            }
        }
    }
}
