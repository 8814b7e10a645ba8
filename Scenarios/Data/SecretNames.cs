using System.Collections.Frozen;

namespace ApeTest.Scenarios.Data;

/// <summary>Names of values that are credentials by what they are called: such a value is used in requests and shown nowhere.</summary>
public static class SecretNames
{
    private static readonly FrozenSet<string> Words = FrozenSet.Create(
        StringComparer.OrdinalIgnoreCase,
        "auth", "authorization", "authentication", "bearer", "jwt", "key", "apikey", "session", "sessionid", "sid", "pwd", "pass", "passcode", "passphrase", "pin", "otp", "signature");

    private static readonly string[] Parts = ["token", "secret", "password", "passwd", "cookie", "credential", "csrf", "xsrf"];

    // Headers are written without a break between words too: xapikey.
    private static readonly string[] HeaderParts = ["auth", "key", "passw", "session", "signature"];

    /// <summary>Whether a header's name says that its value is one. Broader than <see cref="Contains"/>: a header that is hidden for nothing costs less than one that is shown.</summary>
    public static bool ContainsHeader(string name) =>
        Contains(name) || Array.Exists(HeaderParts, part => name.Contains(part, StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether a value of that name is one: <c>accessToken</c>, <c>user.password</c>, <c>X-Api-Key</c>, <c>JSESSIONID</c>; not <c>authorId</c>, <c>keyword</c>.</summary>
    public static bool Contains(string name)
    {
        foreach (var part in Parts)
        {
            if (name.Contains(part, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        var words = Words.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var (start, at) = (0, 1); at <= name.Length; at++)
        {
            var ends = at == name.Length || !char.IsAsciiLetterOrDigit(name[at]) || (char.IsAsciiLetterUpper(name[at]) && !char.IsAsciiLetterUpper(name[at - 1]));
            if (ends)
            {
                var word = name.AsSpan(start, at - start).Trim("-_.:$[]'\"");
                if (words.Contains(word) || word.EndsWith("sessionid", StringComparison.OrdinalIgnoreCase) || word.EndsWith("sessid", StringComparison.OrdinalIgnoreCase))
                {
                    return true;
                }
                start = at;
            }
        }
        return false;
    }
}
