using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace ApeTest.Targets.Schemas;

/// <summary>The formats of JSON schema that a service commonly checks; light: what passes here may still be refused there. Unknown formats always hold.</summary>
internal static class SchemaFormats
{
    private static readonly string[] Dates = ["yyyy-MM-dd"];

    public static bool IsValid(string format, string text) => format switch
    {
        "uuid" => Guid.TryParseExact(text, "D", out _),
        "date" => DateTime.TryParseExact(text, Dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
        "date-time" => text.Length >= 19 && text[10] is 'T' or 't' or ' '
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _),
        "time" => text.Length >= 8 && TimeOnly.TryParse(text.AsSpan(0, 8), CultureInfo.InvariantCulture, out _),
        "email" => IsEmail(text),
        "uri" or "url" => Uri.TryCreate(text, UriKind.Absolute, out _) && text.Contains(':', StringComparison.Ordinal),
        "uri-reference" => Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out _),
        "ipv4" => IPAddress.TryParse(text, out var v4) && v4.AddressFamily == AddressFamily.InterNetwork && text.Count(static c => c == '.') == 3,
        "ipv6" => IPAddress.TryParse(text, out var v6) && v6.AddressFamily == AddressFamily.InterNetworkV6,
        _ => true,
    };

    private static bool IsEmail(string text)
    {
        var at = text.IndexOf('@');
        return at > 0 && at == text.LastIndexOf('@') && at < text.Length - 1 && !text.AsSpan().ContainsAny(" \t\r\n");
    }
}
