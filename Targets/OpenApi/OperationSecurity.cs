namespace ApeTest.Targets.OpenApi;

/// <summary>What a session must show to call an operation.</summary>
public enum SecurityKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A bearer token (HTTP bearer, OAuth 2, OpenID Connect).</summary>
    Bearer,

    /// <summary>A session cookie.</summary>
    Cookie,

    /// <summary>An API key or basic credentials, which come from the target's configured headers.</summary>
    ApiKey,

    /// <summary>The document declares no security scheme at all: a token is shown once the session has one.</summary>
    Undeclared,
}

/// <summary>An operation's security, over all its alternatives.</summary>
/// <param name="Kind">The strongest kind that a session can show by itself: bearer, cookie, API key.</param>
/// <param name="TokenHeader">Header that carries the session's token as it is (<c>X-Auth-Token</c>), where no alternative asks for a bearer; null for none.</param>
public readonly record struct OperationSecurity(SecurityKind Kind, string? TokenHeader)
{
    /// <summary>Header that carries the session's value against cross-site forgery (<c>X-CSRF-Token</c>), where a scheme declares one; null: the usual one.</summary>
    public string? CsrfHeader { get; init; }

    /// <summary>Header that the target's configuration has to set: of an API key, or <c>Authorization</c> for HTTP basic; null for none, or where no header carries it.</summary>
    public string? KeyHeader { get; init; }

    /// <summary>Whether <see cref="KeyHeader"/> takes user and password (RFC 7617).</summary>
    public bool IsBasic { get; init; }
}
