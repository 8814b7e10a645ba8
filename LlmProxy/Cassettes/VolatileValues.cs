using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// The values of one request that change from run to run, numbered as they appear; equal values have one number, so that which are equal is still part of the
/// match. Known by their look (<see cref="ValuePatterns"/>): UUIDs, ULIDs, trace ids and other long hex, JWTs, keys, bearer tokens and passwords, ids such as
/// <c>call_a1b2c3d4</c> and <c>ord-000004</c>, run ids, ISO and HTTP dates, Unix times from 2015 to 2035. And by their place: what a member or parameter named
/// <c>id</c>, <c>orderId</c> or <c>order_id</c> holds, and numbers that are a path's segment. Words of at least 3 characters with a digit and numbers of at least 6
/// digits that stand there once are ids wherever they stand; numbers of 4 or 5 digits only there, since amounts look the same; shorter ones never.
/// </summary>
internal sealed class VolatileValues
{
    /// <summary>Kind of passwords, tokens and keys.</summary>
    public const string Secret = "secret";

    /// <summary>Kind of ids that targets hand out.</summary>
    public const string Id = "id";

    private const string Time = "time";
    private const int ShortestId = 3;
    private const int ShortestNumber = 4;
    private const int ShortestFreeNumber = 6;
    private const long EarliestUnix = 1_420_070_400; // 2015
    private const long LatestUnix = 2_082_758_400; // 2036

    private static readonly string[] CookieAttributes = ["Path", "Domain", "Expires", "Max-Age", "SameSite", "Version"];

    private readonly Dictionary<string, string> _placeholders = new(StringComparer.Ordinal);
    private readonly List<VolatileValue> _values = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private bool _isInCookie;

    /// <summary>Value number n at index n - 1.</summary>
    public IReadOnlyList<VolatileValue> Values => _values;

    /// <summary>Whether a member of that name holds a secret.</summary>
    public static bool IsSecretName(string name) => ValuePatterns.SecretMember().IsMatch(name);

    /// <summary>Whether an id is so short a number that only its place tells it from an amount.</summary>
    public static bool IsPlaceBound(string id) => id.Length < ShortestFreeNumber && IsNumber(id);

    /// <summary>Learns the ids that a text shows at an id's place; before any text is replaced, since they may stand elsewhere first.</summary>
    public void Learn(string text)
    {
        for (var match = ValuePatterns.IdMember().Match(text); match.Success; match = match.NextMatch())
        {
            var value = match.Groups["placed"].Value;
            if (IsId(value) && !IsPlaceBound(value))
            {
                _ids.Add(value);
            }
        }
    }

    /// <summary>The text with placeholders; a literal <c>{{</c> is escaped.</summary>
    public string Replace(string text)
    {
        StringBuilder? output = null;
        var at = 0;
        for (var match = ValuePatterns.Value().Match(text); match.Success; match = match.NextMatch())
        {
            var group = ValueOf(match);
            if (!IsValue(group))
            {
                continue;
            }

            // "Bearer x" and "password: x" keep what stands before the value, and quotes what stands behind.
            output ??= new StringBuilder(text.Length);
            AppendRest(output, text, at, group.Index);
            output.Append(PlaceholderOf(group));
            at = group.Index + group.Length;
        }

        if (output is null && _ids.Count == 0)
        {
            return text;
        }

        output ??= new StringBuilder(text.Length);
        AppendRest(output, text, at, text.Length);
        return output.ToString();
    }

    /// <summary>A number's placeholder; null when it is no Unix time.</summary>
    public string? ReplaceNumber(string number) => IsUnixTime(number) ? Add(Time, number) : null;

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

    private static Group ValueOf(Match match)
    {
        Group? value = null;
        foreach (Group group in match.Groups)
        {
            value = group.Success && group.Name != "quote" && !char.IsAsciiDigit(group.Name[0]) ? group : value;
        }

        return value!; // every alternative has one
    }

    private static bool IsValue(Group group) => group.Name switch
    {
        "unix" => IsUnixTime(group.ValueSpan),
        Id => group.ValueSpan.ContainsAnyInRange('0', '9'),
        _ => true,
    };

    private string PlaceholderOf(Group group) => group.Name switch
    {
        "literal" => Placeholder.LiteralStart,
        "jwt" or "pem" or "bearer" or "quoted" or "named" or "userinfo" or "aws" or "key" => Add(Secret, group.Value),
        "iso" or "http" or "unix" => Add(Time, group.Value),
        "sequence" or "segment" => Add(Id, group.Value),
        "cookie" => ReplaceCookie(group.Value),
        "placed" => ReplacePlaced(group.Value),
        var kind => Add(kind, group.Value),
    };

    // What can be known by its look is: a UUID is one, whatever its member is called.
    private string ReplacePlaced(string value) => Replace(value) is var replaced && replaced != value ? replaced : IsId(value) ? Add(Id, value) : value;

    private string ReplaceCookie(string cookie)
    {
        if (_isInCookie)
        {
            return Add(Secret, cookie); // cookies within cookies are an attack, not a header
        }

        _isInCookie = true;
        var replaced = string.Join(';', cookie.Split(';').Select(part => ReplaceCookiePart(cookie, part)));
        _isInCookie = false;
        return replaced;
    }

    private string ReplaceCookiePart(string cookie, string part)
    {
        var (name, is_, value) = part.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at ? (part[..at], "=", part[(at + 1)..]) : ("", "", part);
        var secret = value.Trim();
        var isSecret = is_.Length > 0 ? !CookieAttributes.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase) : secret.Length == cookie.Trim().Length && !secret.Contains(' ', StringComparison.Ordinal);
        return isSecret && secret.Length > 0 ? $"{name}{is_}{Add(Secret, secret)}" : Replace(part);
    }

    private void AppendRest(StringBuilder output, string text, int from, int to)
    {
        var rest = text.AsSpan(from, to - from);
        if (_ids.Count == 0)
        {
            output.Append(rest);
            return;
        }

        var known = _ids.GetAlternateLookup<ReadOnlySpan<char>>();
        var at = 0;
        foreach (var word in ValuePatterns.Word().EnumerateMatches(rest))
        {
            var end = word.Index + word.Length;
            var isCut = (word.Index == 0 && from > 0 && IsWordPart(text[from - 1])) || (end == rest.Length && to < text.Length && IsWordPart(text[to]));
            if (!isCut && known.TryGetValue(rest[word.Index..end], out var id))
            {
                output.Append(rest[at..word.Index]).Append(Add(Id, id));
                at = end;
            }
        }

        output.Append(rest[at..]);
    }

    private static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '-';

    private static bool IsId(string value) => IsNumber(value) ? value.Length >= ShortestNumber : value.Length >= ShortestId && value.AsSpan().ContainsAnyInRange('0', '9');

    private static bool IsNumber(string value) => !value.AsSpan().ContainsAnyExceptInRange('0', '9');

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
}
