using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>Reads what a session must show for an operation.</summary>
internal sealed class SecurityReader
{
    private readonly Dictionary<string, SecurityKind> _schemes = new(StringComparer.Ordinal);
    private readonly HashSet<string> _headers = new(StringComparer.OrdinalIgnoreCase) { "Authorization", "Cookie", "Accept", "Content-Type" };
    private readonly JsonArray? _default;

    public SecurityReader(JsonObject root, SchemaExpander expander)
    {
        _default = root["security"] as JsonArray;
        foreach (var (name, node) in root["components"]?["securitySchemes"] as JsonObject ?? [])
        {
            if (expander.Resolve(node, $"$.components.securitySchemes.{name}") is not { } scheme)
            {
                continue;
            }
            var place = scheme["in"]?.ToString();
            _schemes[name] = (scheme["type"]?.ToString(), place) switch
            {
                ("http", _) => string.Equals(scheme["scheme"]?.ToString(), "bearer", StringComparison.OrdinalIgnoreCase) ? SecurityKind.Bearer : SecurityKind.ApiKey,
                ("oauth2" or "openIdConnect", _) => SecurityKind.Bearer,
                ("apiKey", "cookie") => SecurityKind.Cookie,
                // A bearer token is often declared as an API key in the Authorization header.
                ("apiKey", "header") when string.Equals(scheme["name"]?.ToString(), "Authorization", StringComparison.OrdinalIgnoreCase) => SecurityKind.Bearer,
                _ => SecurityKind.ApiKey,
            };
            if (place == "header" && scheme["name"]?.ToString() is { Length: > 0 } header)
            {
                _headers.Add(header);
            }
        }
    }

    /// <summary>Whether a header is the session's or the transport's, and so no parameter.</summary>
    public bool IsOwnHeader(string name) => _headers.Contains(name);

    /// <summary>The strongest kind among the alternatives that a session can show by itself: bearer, cookie, API key.</summary>
    public SecurityKind Of(JsonObject operation)
    {
        var requirements = operation["security"] as JsonArray ?? _default;
        if (requirements is null)
        {
            return _schemes.Count == 0 ? SecurityKind.Undeclared : SecurityKind.None;
        }
        var kinds = requirements.OfType<JsonObject>()
            .SelectMany(static alternative => alternative.Select(static scheme => scheme.Key))
            .Select(name => _schemes.GetValueOrDefault(name, SecurityKind.Bearer))
            .ToHashSet();
        return kinds.Contains(SecurityKind.Bearer) ? SecurityKind.Bearer
            : kinds.Contains(SecurityKind.Cookie) ? SecurityKind.Cookie
            : kinds.Contains(SecurityKind.ApiKey) ? SecurityKind.ApiKey
            : SecurityKind.None;
    }
}
