using System.Buffers;
using ApeTest.ServiceDefaults.Logging;

namespace ApeTest.Agent.Sessions;

/// <summary>One way in which a secret may stand in a text, and what is written instead. Immutable.</summary>
internal sealed class SecretForm
{
    // Nothing escapes these (RFC 3986, section 2.3).
    private static readonly SearchValues<char> NeverEscaped = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~");

    private readonly string _text;
    private readonly bool _isSpelled;

    private SecretForm(string text, string secret, string replacement, bool isSpelled) => (_text, Secret, Replacement, _isSpelled) = (text, secret, replacement, isSpelled);

    /// <summary>The secret.</summary>
    public string Secret { get; }

    /// <summary>What is written instead.</summary>
    public string Replacement { get; }

    /// <summary>Whether it is a number, which may stand in another by chance, and in JSON without quotes.</summary>
    public bool IsNumber => !_text.AsSpan().ContainsAnyExceptInRange('0', '9');

    /// <summary>The secret however its characters are spelled, and in Base64.</summary>
    public static IEnumerable<SecretForm> Of(string secret, string replacement) =>
        SecretSpellings.InBase64(secret).Select(form => new SecretForm(form, secret, replacement, isSpelled: false))
            .Prepend(new SecretForm(secret, secret, replacement, isSpelled: secret.AsSpan().ContainsAnyExcept(NeverEscaped)));

    /// <summary>The text with the replacement wherever this stands; the same instance where it does not.</summary>
    public string Replace(string text) =>
        _isSpelled ? SpelledSecret.Replace(text, _text, Replacement)
        : !text.Contains(_text, StringComparison.Ordinal) ? text
        : IsNumber ? ReplaceNumber(text)
        : text.Replace(_text, Replacement, StringComparison.Ordinal);

    /// <summary>Digits are a secret only where they are all of a number: 4711 is not in 47110, nor in 3.4711.</summary>
    private string ReplaceNumber(string text)
    {
        var length = _text.Length;
        for (var at = text.IndexOf(_text, StringComparison.Ordinal); at >= 0; at = text.IndexOf(_text, at, StringComparison.Ordinal))
        {
            var isPart = IsDigit(text, at - 1) || IsDigit(text, at + length)
                || (at > 0 && text[at - 1] == '.' && IsDigit(text, at - 2)) || (at + length < text.Length && text[at + length] == '.' && IsDigit(text, at + length + 1));
            if (isPart)
            {
                at++;
                continue;
            }
            text = string.Concat(text.AsSpan(0, at), Replacement, text.AsSpan(at + length));
            at += Replacement.Length;
        }
        return text;
    }

    private static bool IsDigit(string text, int at) => at >= 0 && at < text.Length && char.IsAsciiDigit(text[at]);
}
