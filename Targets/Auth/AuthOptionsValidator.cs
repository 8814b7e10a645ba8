using System.Text;
using ApeTest.Targets.Oracles;
using ApeTest.Targets.Policy;

namespace ApeTest.Targets.Auth;

/// <summary>Checks <see cref="AuthOptions"/>. No error quotes a credential.</summary>
internal static class AuthOptionsValidator
{
    public static void Validate(AuthOptions auth, string at, OptionErrors errors)
    {
        switch (auth.Type)
        {
            case AuthType.Bearer:
                ValidateBearer(auth.Token, $"{at}.token", errors);
                break;
            case AuthType.Basic:
                ValidateBasic(auth, at, errors);
                break;
            case AuthType.ApiKey:
                ValidateApiKey(auth, at, errors);
                break;
            case AuthType.Login:
                ValidateLogin(auth.Login ?? new LoginOptions(), at, errors);
                break;
        }
    }

    private static void ValidateBearer(string? token, string at, OptionErrors errors)
    {
        if (string.IsNullOrWhiteSpace(token))
        {
            errors.Add(at, "is missing", "write \"${API_TOKEN}\"");
        }
        else if (token.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            errors.Add(at, "begins with the scheme", "write the token alone, without \"Bearer\"");
        }
        else
        {
            errors.CheckHeaderValue(at, token);
            errors.Check(!token.Any(char.IsWhiteSpace), at, "holds white space", "write the token alone");
        }
    }

    private static void ValidateBasic(AuthOptions auth, string at, OptionErrors errors)
    {
        errors.Check(auth.User is not null, $"{at}.user", "is missing", "write the user name");
        errors.Check(auth.Password is not null, $"{at}.password", "is missing", "write \"${PASSWORD}\"");
        errors.Check(auth.User?.Contains(':', StringComparison.Ordinal) is not true, $"{at}.user", "may not hold a colon (RFC 7617)", "put what stands behind it in `password`");
        errors.Check(auth.User?.Any(char.IsControl) is not true, $"{at}.user", "holds a control character", "write it on one line");
        errors.Check(auth.Password?.Any(char.IsControl) is not true, $"{at}.password", "holds a control character", "write it on one line");
    }

    private static void ValidateApiKey(AuthOptions auth, string at, OptionErrors errors)
    {
        errors.Check(auth.In is "header" or "query", $"{at}.in", $"{errors.Quoted($"{at}.in", auth.In)} is not known", "write \"header\" or \"query\"");
        if (string.IsNullOrEmpty(auth.Name))
        {
            errors.Add($"{at}.name", "is missing", $"write \"{(auth.In == "query" ? "api_key" : "X-Api-Key")}\"");
        }
        else if (auth.In == "header")
        {
            errors.CheckHeaderName($"{at}.name", auth.Name);
        }
        if (string.IsNullOrEmpty(auth.Value))
        {
            errors.Add($"{at}.value", "is missing", "write \"${API_KEY}\"");
        }
        else if (auth.In == "header")
        {
            errors.CheckHeaderValue($"{at}.value", auth.Value);
        }
    }

    private static void ValidateLogin(LoginOptions login, string at, OptionErrors errors)
    {
        ValidateRequest(login, $"{at}.request", errors);
        if (login.Token is null == login.Cookie is null)
        {
            errors.Add(at, login.Token is null ? "needs `token` or `cookie`: what to take from the answer" : "may hold only one of `token` and `cookie`",
                "write \"token\": \"$.access_token\" or \"cookie\": \"sid\"");
        }
        if (login.Token is { } token && !JsonPath.TryParse(token, out _, out var wrong))
        {
            errors.Add($"{at}.token", $"{errors.Quoted($"{at}.token", token)} is not a JSON path{(errors.IsWritten($"{at}.token") ? "" : $": {wrong}")}", "write \"$.access_token\"");
        }
        errors.Check(login.Cookie is null || HttpText.IsToken(login.Cookie), $"{at}.cookie", $"{errors.Quoted($"{at}.cookie", login.Cookie)} is not a cookie name", "write \"sid\"");
        errors.CheckHeaderName($"{at}.header", login.Header);
        errors.Check(string.IsNullOrEmpty(login.Scheme) || HttpText.IsToken(login.Scheme), $"{at}.scheme",
            $"{errors.Quoted($"{at}.scheme", login.Scheme)} is not one word", "write \"Bearer\", or \"\" for the token alone");
    }

    private static void ValidateRequest(LoginOptions login, string at, OptionErrors errors)
    {
        var method = $"{at}.method";
        errors.Check(login.Method.Length > 0 && login.Method.All(char.IsAsciiLetterUpper), method, $"{errors.Quoted(method, login.Method)} is not a method", "write \"POST\"");
        var hasBody = login.Json is not null || login.Form.Count > 0;
        errors.Check(!hasBody || login.Method is not ("GET" or "HEAD"), method, $"a {login.Method} carries no body", "write \"POST\", or remove the body");
        errors.Check(login.Json is null || login.Form.Count == 0, at, "may hold only one of `json` and `form`", "remove one of the two");
        if (login.Path.Length == 0)
        {
            errors.Add($"{at}.path", "is missing", "write \"/login\"");
        }
        else if (!login.Path.StartsWith('/') || login.Path.StartsWith("//", StringComparison.Ordinal)
            || !Ascii.IsValid(login.Path) || login.Path.AsSpan().IndexOfAny(" #\\") >= 0 || login.Path.Any(char.IsControl))
        {
            // A path that is a URL, or begins with a host, would carry the credentials elsewhere.
            errors.Add($"{at}.path", $"{errors.Quoted($"{at}.path", login.Path)} is not a path below the target's URL", "write \"/login\"");
        }
        foreach (var (name, value) in login.Headers)
        {
            errors.CheckHeader($"{at}.headers.{name}", $"{at}.headers.{name}", name, value);
        }
    }
}
