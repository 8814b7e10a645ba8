using System.Collections.Frozen;
using System.Text.Json.Nodes;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Sessions.Csrf;

namespace ApeTest.Targets.OpenApi;

/// <summary>Reads what a session must show for an operation.</summary>
internal sealed class SecurityReader
{
    /// <summary>Words by which the name of an API key's header says that the key is a session's token and not an application's key.</summary>
    private static readonly string[] TokenWords = ["token", "session", "auth"];

    private static readonly FrozenSet<string> Transport = FrozenSet.Create(StringComparer.OrdinalIgnoreCase,
        "Authorization", "Cookie", "Accept", "Content-Type", "Content-Length", "Transfer-Encoding", "Connection", "Host");

    private readonly Dictionary<string, (SecurityKind Kind, string? Header)> _schemes = new(StringComparer.Ordinal);

    /// <summary>Scheme -> header of its API key.</summary>
    private readonly Dictionary<string, string> _headers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _basic = new(StringComparer.Ordinal);
    private readonly HashSet<string> _cookies = new(StringComparer.Ordinal);
    private readonly JsonArray? _default;

    public SecurityReader(JsonObject root, DocumentReferences references)
    {
        _default = root["security"] as JsonArray;
        foreach (var (name, node) in (root["components"] as JsonObject)?["securitySchemes"] as JsonObject ?? [])
        {
            if (Scheme(references, node) is { } scheme)
            {
                Add(name, scheme);
            }
        }
    }

    /// <summary>Whether a header is the transport's or that of a scheme of the operation, and so no parameter.</summary>
    public bool IsOwnHeader(string name, JsonObject operation) => Transport.Contains(name)
        || SchemesOf(operation).Any(scheme => _headers.TryGetValue(scheme, out var header) && header.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a cookie is the session's, and so no parameter.</summary>
    public bool IsOwnCookie(string name) => _cookies.Contains(name);

    /// <summary>What the operation asks for, over all its alternatives.</summary>
    public OperationSecurity Of(JsonObject operation)
    {
        if ((operation["security"] as JsonArray ?? _default) is null)
        {
            return new(_schemes.Count == 0 ? SecurityKind.Undeclared : SecurityKind.None, null);
        }
        var schemes = SchemesOf(operation)
            .Select(name => _schemes.GetValueOrDefault(name, (Kind: SecurityKind.Bearer, Header: null)))
            .ToList();
        var kind = schemes.Exists(static scheme => scheme.Kind == SecurityKind.Bearer) ? SecurityKind.Bearer
            : schemes.Exists(static scheme => scheme.Kind == SecurityKind.Cookie) ? SecurityKind.Cookie
            : schemes.Count > 0 ? SecurityKind.ApiKey
            : SecurityKind.None;
        return new(kind, kind == SecurityKind.Bearer ? null : schemes.Select(static scheme => scheme.Header).FirstOrDefault(static header => header is not null))
        {
            KeyHeader = kind == SecurityKind.ApiKey ? SchemesOf(operation).Select(KeyHeader).FirstOrDefault(static header => header is not null) : null,
            IsBasic = kind == SecurityKind.ApiKey && SchemesOf(operation).FirstOrDefault(name => KeyHeader(name) is not null) is { } first && _basic.Contains(first),
            CsrfHeader = SchemesOf(operation).Select(name => _headers.GetValueOrDefault(name)).FirstOrDefault(static header => header is not null && HttpText.IsToken(header) && CsrfNames.IsValue(header)),
        };
    }

    /// <summary>Names of schemes over all alternatives.</summary>
    private IEnumerable<string> SchemesOf(JsonObject operation) => (operation["security"] as JsonArray ?? _default ?? [])
        .OfType<JsonObject>().SelectMany(static alternative => alternative.Select(static scheme => scheme.Key));

    private static JsonObject? Scheme(DocumentReferences references, JsonNode? node)
    {
        try
        {
            return references.Resolve(node);
        }
        catch (FormatException)
        {
            // An operation that asks for a scheme nobody defines is shown the session's token, as for one that is not listed.
            return null;
        }
    }

    private string? KeyHeader(string scheme) => _basic.Contains(scheme) ? "Authorization"
        : _headers.GetValueOrDefault(scheme) is { } header && HttpText.IsToken(header) && !CsrfNames.IsValue(header) ? header : null;

    private void Add(string name, JsonObject scheme)
    {
        if (SchemaKeywords.Text(scheme["type"]) == "http" && string.Equals(SchemaKeywords.Text(scheme["scheme"]), "basic", StringComparison.OrdinalIgnoreCase))
        {
            _basic.Add(name);
        }
        var place = SchemaKeywords.Text(scheme["in"]);
        var key = SchemaKeywords.Text(scheme["name"]) ?? "";
        _schemes[name] = (SchemaKeywords.Text(scheme["type"]), place) switch
        {
            ("http", _) => (string.Equals(SchemaKeywords.Text(scheme["scheme"]), "bearer", StringComparison.OrdinalIgnoreCase) ? SecurityKind.Bearer : SecurityKind.ApiKey, null),
            ("oauth2" or "openIdConnect", _) => (SecurityKind.Bearer, null),
            ("apiKey", "cookie") => (SecurityKind.Cookie, null),
            // A bearer token is often declared as an API key in the Authorization header.
            ("apiKey", "header") when key.Equals("Authorization", StringComparison.OrdinalIgnoreCase) => (SecurityKind.Bearer, null),
            ("apiKey", "header") => (SecurityKind.ApiKey, IsTokenName(key) ? key : null),
            _ => (SecurityKind.ApiKey, null),
        };
        if (key.Length > 0 && place == "header")
        {
            _headers[name] = key;
        }
        else if (key.Length > 0 && place == "cookie")
        {
            _cookies.Add(key);
        }
    }

    /// <summary>A token against cross-site forgery is no session's token: it comes from a page or a cookie.</summary>
    private static bool IsTokenName(string header) => HttpText.IsToken(header) && !CsrfNames.IsValue(header)
        && Array.Exists(TokenWords, word => header.Contains(word, StringComparison.OrdinalIgnoreCase));
}
