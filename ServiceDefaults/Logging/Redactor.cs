using System.Buffers;
using System.Text.RegularExpressions;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>Masks secrets before they are written anywhere: fields by their names, and what looks like a credential inside any text.</summary>
public static partial class Redactor
{
    /// <summary>What stands in a secret's place.</summary>
    public const string Mask = "***";

    private static readonly string[] SecretNames =
        ["authorization", "cookie", "password", "passwd", "token", "apikey", "secret"];

    // Nearly every text holds none of these: one vectorised scan, then no regex at all.
    private static readonly SearchValues<string> Hints = SearchValues.Create(
        ["bearer", "basic ", "sk-", "password", "passwd", "token", "api_key", "api-key", "apikey", "secret", "cookie", "authorization"],
        StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Whether a field of this name holds a secret: its name ends with authorization, cookie, password, token, api_key or secret, in any
    /// case and with or without separators (<c>Set-Cookie</c>, <c>accessToken</c>, <c>X-Api-Key</c>; not <c>prompt_tokens</c>).
    /// </summary>
    public static bool IsSecret(ReadOnlySpan<char> field)
    {
        Span<char> name = stackalloc char[16];
        // Only the last 16 letters matter: no secret name is longer.
        var at = name.Length;
        for (var i = field.Length - 1; i >= 0 && at > 0; i--)
        {
            if (char.IsAsciiLetterOrDigit(field[i]))
            {
                name[--at] = char.ToLowerInvariant(field[i]);
            }
        }

        foreach (var secret in SecretNames)
        {
            if (name[at..].EndsWith(secret, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The text with credentials masked: <c>Bearer ...</c>, <c>Basic ...</c>, <c>sk-...</c> keys, and secret members of JSON, form or query text within it.</summary>
    public static string Redact(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.AsSpan().ContainsAny(Hints))
        {
            return text;
        }

        text = Scheme().Replace(text, $"$1 {Mask}");
        text = Key().Replace(text, $"$1{Mask}");
        text = JsonMember().Replace(text, $"$1\"{Mask}\"");
        return Pair().Replace(text, $"$1{Mask}");
    }

    [GeneratedRegex(@"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=\-]{4,}", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Scheme();

    [GeneratedRegex(@"\b(c?sk-)[A-Za-z0-9_\-]{8,}", RegexOptions.CultureInvariant)]
    private static partial Regex Key();

    [GeneratedRegex("(\"[\\w\\-]*(?:authorization|cookie|password|passwd|token|api[_\\-]?key|secret)\"\\s*:\\s*)\"(?:[^\"\\\\]|\\\\.)*\"", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex JsonMember();

    [GeneratedRegex(@"(\b[\w\-]*(?:authorization|cookie|password|passwd|token|api[_\-]?key|secret)=)[^&\s;,""']+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Pair();
}
