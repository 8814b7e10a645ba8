using System.Text.Json;
using ApeTest.Targets.Http;
using ApeTest.Targets.Policy;
using ApeTest.Targets.Tools.Pages;

namespace ApeTest.Targets.Sessions.Csrf;

/// <summary>Finds the value against forgery that a response gives to its client: on a page, in a header, in JSON. Cookies stay in the jar.</summary>
internal static class CsrfPickup
{
    private const int MaxBody = 256 * 1024;

    private const int MaxValue = 4096;

    /// <summary>The value; null for none.</summary>
    /// <param name="exchange">The answer.</param>
    /// <param name="page">The page that it holds; null for none.</param>
    public static CsrfToken? Find(in TargetExchange exchange, HtmlPage? page)
    {
        if (exchange.ErrorType is not null || exchange.Url is not { } url)
        {
            return null;
        }
        return (page is null ? InJson(in exchange, url) : OnPage(page, url)) ?? InHeaders(in exchange, url);
    }

    private static CsrfToken? OnPage(HtmlPage page, Uri url)
    {
        if (page.Csrf is { } meta && IsValue(meta.Value))
        {
            return Token(meta.Value, page.CsrfHeader is { } header && HttpText.IsToken(header) ? header : CsrfNames.HeaderOf(meta.Name), $"meta {meta.Name}", url);
        }
        foreach (var form in page.Forms)
        {
            foreach (var field in form.Fields)
            {
                if (field is { Type: "hidden", Value: { } value } && CsrfNames.IsField(field.Name) && IsValue(value))
                {
                    return Token(value, CsrfNames.HeaderOf(field.Name), $"field {field.Name}", url);
                }
            }
        }
        return null;
    }

    private static CsrfToken? InHeaders(in TargetExchange exchange, Uri url)
    {
        foreach (var (name, value) in exchange.Headers ?? [])
        {
            // "Required" is SAP's answer to a request without one.
            if (CsrfNames.IsValue(name) && IsValue(value) && !value.Equals("Required", StringComparison.OrdinalIgnoreCase) && HttpText.IsToken(name))
            {
                return Token(value, name, $"header {name}", url);
            }
        }
        return null;
    }

    private static CsrfToken? InJson(in TargetExchange exchange, Uri url)
    {
        // Most answers hold none: they are not parsed for it.
        if (exchange.Body.Length is 0 or > MaxBody || !Mentions(exchange.Body.Span)
            || exchange.Header("Content-Type")?.Contains("json", StringComparison.OrdinalIgnoreCase) != true)
        {
            return null;
        }
        try
        {
            using var document = JsonDocument.Parse(exchange.Body);
            return document.RootElement.ValueKind == JsonValueKind.Object ? InObject(document.RootElement, "$", url, depth: 0) : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static CsrfToken? InObject(JsonElement map, string path, Uri url, int depth)
    {
        // Spring's own: {"headerName":"X-CSRF-TOKEN","parameterName":"_csrf","token":"..."}.
        if (Text(map, "headerName") is { } header && Text(map, "token") is { } spring && CsrfNames.IsValue(header) && HttpText.IsToken(header) && IsValue(spring))
        {
            return Token(spring, header, $"{path}.token", url);
        }
        foreach (var property in map.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.String && CsrfNames.IsValue(property.Name) && property.Value.GetString() is { } value && IsValue(value))
            {
                return Token(value, CsrfNames.HeaderOf(property.Name), $"{path}.{property.Name}", url);
            }
        }
        foreach (var property in map.EnumerateObject())
        {
            if (depth < 1 && property.Value.ValueKind == JsonValueKind.Object && InObject(property.Value, $"{path}.{property.Name}", url, depth + 1) is { } nested)
            {
                return nested;
            }
        }
        return null;
    }

    private static bool Mentions(ReadOnlySpan<byte> body) => body.IndexOf("srf"u8) >= 0 || body.IndexOf("SRF"u8) >= 0
        || body.IndexOf("VerificationToken"u8) >= 0 || body.IndexOf("ntiforgery"u8) >= 0;

    private static string? Text(JsonElement map, string name) => map.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static CsrfToken Token(string value, string header, string source, Uri url) => new(value, header, source, CsrfToken.OriginOf(url));

    private static bool IsValue(string text) => text.Length is > 0 and <= MaxValue && !text.AsSpan().ContainsAnyExceptInRange('!', '~');
}
