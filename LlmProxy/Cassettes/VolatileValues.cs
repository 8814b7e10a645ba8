using System.Globalization;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// The values of one request that change from run to run, numbered as they appear; equal values have one number, so that which are equal is still part of the
/// match. Known by their look: UUIDs, ULIDs, trace ids and other long hex, JWTs, bearer tokens and passwords, ids such as <c>call_a1b2c3d4</c>, run ids, ISO and HTTP
/// dates, Unix times from 2015 to 2035.
/// </summary>
internal sealed partial class VolatileValues
{
    /// <summary>Kind of passwords, tokens and keys.</summary>
    public const string Secret = "secret";

    private const string Time = "time";
    private const long EarliestUnix = 1_420_070_400; // 2015
    private const long LatestUnix = 2_082_758_400; // 2036

    private static readonly string[] SecretNames = ["token", "password", "passwd", "secret", "apikey", "api_key", "api-key", "authorization"];

    private readonly Dictionary<string, string> _placeholders = new(StringComparer.Ordinal);
    private readonly List<VolatileValue> _values = [];

    /// <summary>Value number n at index n - 1.</summary>
    public IReadOnlyList<VolatileValue> Values => _values;

    /// <summary>The text with placeholders; a literal <c>{{</c> is escaped.</summary>
    public string Replace(string text) => Pattern().Replace(text, match =>
    {
        foreach (Group group in match.Groups)
        {
            if (!group.Success || char.IsAsciiDigit(group.Name[0]))
            {
                continue;
            }

            if (group.Name == "literal")
            {
                return Placeholder.LiteralStart;
            }

            if ((group.Name == "unix" && !IsUnixTime(group.ValueSpan)) || (group.Name == "id" && group.ValueSpan.IndexOfAnyInRange('0', '9') < 0))
            {
                return match.Value;
            }

            // "Bearer x" and "password: x" keep what stands before the value.
            return string.Concat(match.ValueSpan[..(group.Index - match.Index)], Add(KindOf(group.Name), group.Value), match.ValueSpan[(group.Index - match.Index + group.Length)..]);
        }

        return match.Value;
    });

    /// <summary>A number's placeholder; null when it is no Unix time.</summary>
    public string? ReplaceNumber(string number) => IsUnixTime(number) ? Add(Time, number) : null;

    /// <summary>Whether a member of that name holds a secret.</summary>
    public static bool IsSecretName(string name) => Array.Exists(SecretNames, end => name.EndsWith(end, StringComparison.OrdinalIgnoreCase));

    /// <summary>The placeholder of a value that is known by its place, whatever it looks like.</summary>
    public string Add(string kind, string value)
    {
        if (!_placeholders.TryGetValue(value, out var placeholder))
        {
            _values.Add(new VolatileValue(kind, value));
            _placeholders[value] = placeholder = Placeholder.Whole(kind, _values.Count);
        }

        return placeholder;
    }

    private static string KindOf(string group) => group switch
    {
        "jwt" or "bearer" or "named" or "key" => Secret,
        "iso" or "http" or "unix" => Time,
        _ => group,
    };

    // Seconds, milliseconds or microseconds, with or without a fraction.
    private static bool IsUnixTime(ReadOnlySpan<char> text)
    {
        var dot = text.IndexOf('.');
        if (!long.TryParse(dot < 0 ? text : text[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var whole))
        {
            return false;
        }

        return whole is >= EarliestUnix and < LatestUnix
            || (dot < 0 && (whole / 1_000 is >= EarliestUnix and < LatestUnix || whole / 1_000_000 is >= EarliestUnix and < LatestUnix));
    }

    // In order of preference at one place. Quotes may be escaped: tool results are JSON inside JSON.
    [GeneratedRegex(
        """
        (?<literal>\{\{)
        |(?<jwt>\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*)
        |\b[Bb]earer[ ]+(?<bearer>[A-Za-z0-9._~+/*-]{8,}=*)
        |(?i:(?:token|password|passwd|secret|api[_-]?key|authorization)\\*["']?\s*[:=]\s*\\*["']?(?:bearer[ ]+|basic[ ]+)?)(?<named>[^"'\\\s&,;(){}\[\]<>]{4,})
        |(?<key>\b(?:sk|csk|gsk|pk|rk)[-_][A-Za-z0-9_*-]{8,})
        |(?<run>\b20\d{6}-\d{6}-[0-9a-f]{4}\b)
        |(?<uuid>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)
        |(?<iso>\b(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-6]\d(?:[.,]\d{1,9})?)?(?:Z|[+-][0-2]\d:?[0-5]\d)?)?(?!\d))
        |(?<http>\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),[ ]\d\d?[ ][A-Z][a-z]{2}[ ]\d{4}[ ]\d\d:\d\d:\d\d[ ](?:GMT|UTC|[+-]\d{4}))
        |(?<ulid>\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b)
        |(?<unix>(?<![\w.-])[12]\d{9}(?:\d{3}|\d{6}|\.\d{1,9})?(?![\w-]|\.\d))
        |(?<hex>\b(?=[a-f]*\d)[0-9a-f]{16,}\b|\b(?=[A-F]*\d)[0-9A-F]{16,}\b)
        |(?<id>\b(?:[a-z]{2,12}_|chatcmpl-)[A-Za-z0-9]{8,}\b)
        """, RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
