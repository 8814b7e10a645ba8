namespace ApeTest.Targets.Sessions.Csrf;

/// <summary>A value against cross-site request forgery that a response gave.</summary>
/// <param name="Value">The value.</param>
/// <param name="Header">Header that carries it, where the operation names none.</param>
/// <param name="Source">Where it stood: <c>meta csrf-token</c>, <c>field _csrf</c>, <c>$.csrfToken</c>, <c>header X-CSRF-Token</c>, <c>cookie XSRF-TOKEN</c>.</param>
/// <param name="Origin">Scheme and authority that it came from, the only ones that it is shown to.</param>
internal sealed record CsrfToken(string Value, string Header, string Source, string Origin)
{
    /// <summary>Scheme and authority of a URL.</summary>
    public static string OriginOf(Uri url) => url.GetLeftPart(UriPartial.Authority);
}
