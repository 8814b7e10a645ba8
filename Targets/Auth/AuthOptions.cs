using System.Text.Json;

namespace ApeTest.Targets.Auth;

/// <summary>How requests to a target are authenticated: <c>auth</c> of the gateway file (DESIGN 14.5). Applies where the request shows no credentials of its own.</summary>
public sealed class AuthOptions
{
    /// <summary>Kind. Default <see cref="AuthType.None"/>.</summary>
    public AuthType Type { get; set; }

    /// <summary>Whether it replaces the request's own credentials. Default false.</summary>
    public bool Override { get; set; }

    /// <summary><c>bearer</c>: the token, without the scheme.</summary>
    public string? Token { get; set; }

    /// <summary><c>basic</c>: user name; no colon (RFC 7617).</summary>
    public string? User { get; set; }

    /// <summary><c>basic</c>: password.</summary>
    public string? Password { get; set; }

    /// <summary><c>apiKey</c>: <c>header</c> or <c>query</c>. Default <c>header</c>.</summary>
    public string In { get; set; } = "header";

    /// <summary><c>apiKey</c>: name of the header or query parameter.</summary>
    public string? Name { get; set; }

    /// <summary><c>apiKey</c>: the key.</summary>
    public string? Value { get; set; }

    /// <summary><c>login</c>: the call that yields the token or cookie.</summary>
    public LoginOptions? Login { get; set; }
}

/// <summary>Kinds of <see cref="AuthOptions"/>.</summary>
public enum AuthType
{
    /// <summary>Nothing is added.</summary>
    None,

    /// <summary><c>Authorization: Bearer TOKEN</c>.</summary>
    Bearer,

    /// <summary><c>Authorization: Basic BASE64(user:password)</c> (RFC 7617).</summary>
    Basic,

    /// <summary>A key in a header or in the query.</summary>
    ApiKey,

    /// <summary>What a login call of the target yields, fetched on first use and again once after a 401.</summary>
    Login,
}

/// <summary>A login call and what is taken from its answer.</summary>
public sealed class LoginOptions
{
    /// <summary>Method. Default POST.</summary>
    public string Method { get; set; } = "POST";

    /// <summary>Path below the target's URL, beginning with '/'; may hold a query.</summary>
    public string Path { get; set; } = "";

    /// <summary>JSON body; null: none. At most one of this and <see cref="Form"/>.</summary>
    public JsonElement? Json { get; set; }

    /// <summary>Form body (<c>application/x-www-form-urlencoded</c>); empty: none.</summary>
    public IDictionary<string, string> Form { get; set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Headers of the login call.</summary>
    public IDictionary<string, string> Headers { get; set; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>JSON path of the token in the answer: <c>$.access_token</c>. Exactly one of this and <see cref="Cookie"/>.</summary>
    public string? Token { get; set; }

    /// <summary>Name of the cookie that the answer sets.</summary>
    public string? Cookie { get; set; }

    /// <summary>Header that shows the token. Default <c>Authorization</c>.</summary>
    public string Header { get; set; } = "Authorization";

    /// <summary>Scheme before the token; empty: the token alone. Default <c>Bearer</c> for <c>Authorization</c>, none for any other header (null).</summary>
    public string? Scheme { get; set; }

    /// <summary>Whether every session logs in for itself (<c>scope: session</c>). Default false: one login for all (<c>scope: shared</c>).</summary>
    public bool PerSession { get; set; }
}
