using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// How changing values look, and where they stand. They look around themselves, so they backtrack; each is built so that a text costs its length: what may repeat is
/// bounded, or starts only where the repeated part cannot.
/// </summary>
internal static partial class ValuePatterns
{
    // Short names only as words of their own: "compass" and "spin" hold nothing.
    private const string SecretName =
        """
        (?:(?i:token|pass(?:word|wd|code|[_-]?phrase)|pwd|secret|(?:api|private|secret|access)[_-]?key|authorization|credentials?)
          |(?:(?<![A-Za-z])|(?<=[a-z])(?=[A-Z]))(?i:pass|pin))
        """;

    // Quotes may be escaped: tool results are JSON inside JSON. Headers may be lists.
    private const string Is = """\\*["']?\s*[:=]\s*(?:\[\s*)?""";

    private const string Scheme = """(?i:(?:bearer|basic|token|apikey|digest|negotiate)[ ]+)?""";

    private const string IdName = """(?<![A-Za-z0-9_])(?:id|ID|Id|[A-Za-z][A-Za-z0-9_]{0,40}?(?:Id|ID|_id))""";

    private const string IdIs = IdName + """\\*["']?\s*[:=]\s*\\*["']?""";

    private const string IdValue = """\w(?:[\w.:+=|~-]{0,198}[\w=])?""";

    private const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture;

    /// <summary>
    /// A value, in the group that names its kind, with what stands before it. In order of preference at one place. Group <c>quote</c> is no value; <c>placed</c> is an
    /// id only because of its place.
    /// </summary>
    [GeneratedRegex(
        """
        (?<literal>\{\{)
        |(?<jwt>(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*)
        |(?<pem>-----BEGIN[A-Z0-9 ]{1,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----[^"'{}<>]*?(?:-----END[A-Z0-9 ]{1,40}PRIVATE[ ]KEY(?:[ ]BLOCK)?-----|(?=["'{}<>])|\z))
        |\b[Bb]earer[ ]+(?<bearer>[A-Za-z0-9._~+/*-]{8,}=*)
        |
        """ + SecretName + Is + "(?:(?<quote>\\\\*[\"'])" + Scheme + """(?!\k<quote>|-----BEGIN)(?<quoted>[^\r\n]{1,1024}?)(?<!\\)\k<quote>|\\*["']?""" + Scheme +
        """
        (?!-----BEGIN|(?:null|true|false)\b)(?<named>[^"'\\\s&,;(){}\[\]<>]{4,}))
        |(?i:cookies?)
        """ + Is + """\\*["']?(?<cookie>[^"'\\\r\n{}\[\]]{4,4096})""" +
        """

        |://[^/\s:@"'\\?\#]*:(?<userinfo>[^@\s/"'\\?\#]+)(?=@)
        |(?<aws>\b(?:AKIA|ASIA)[0-9A-Z]{16}\b)
        |(?<key>\b(?:sk|csk|gsk|pk|rk)[-_][A-Za-z0-9_*-]{8,})
        |(?<run>\b20\d{6}-\d{6}-[0-9a-f]{4}\b)
        |(?<uuid>\b[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\b)
        |(?<iso>\b(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ][0-2]\d:[0-5]\d(?::[0-6]\d(?:[.,]\d{1,9})?)?(?:Z|[+-][0-2]\d:?[0-5]\d)?)?(?!\d))
        |(?<http>\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),[ ]\d\d?[ ][A-Z][a-z]{2}[ ]\d{4}[ ]\d\d:\d\d:\d\d[ ](?:GMT|UTC|[+-]\d{4}))
        |(?<ulid>\b[0-7][0-9A-HJKMNP-TV-Z]{25}\b)
        |(?<unix>(?<![\w.-])[12]\d{9}(?:\d{3}|\d{6}|\.\d{1,9})?(?![\w-]|\.\d))
        |(?<hex>\b(?=[a-f]*\d)[0-9a-f]{16,}\b|\b(?=[A-F]*\d)[0-9A-F]{16,}\b)
        |(?<id>\b(?:[a-z]{2,12}_|chatcmpl-)[A-Za-z0-9]{8,}\b)
        |(?<sequence>(?<![\w-])(?!(?i:https?|status|code|err|error|iso|rfc|sha|utf|port)[_-])(?:[A-Za-z]{2,12}[_-]){1,3}\d{3,}(?!\w|-\w))
        |(?<=/)(?<segment>\d{4,}(?![\w-]|\.\d))
        |
        """ + IdIs + "(?<placed>" + IdValue + ")", Options)]
    public static partial Regex Value();

    /// <summary>A member or parameter named <c>id</c>, <c>orderId</c> or <c>order_id</c>; group <c>placed</c> is its value.</summary>
    [GeneratedRegex(IdIs + "(?<placed>" + IdValue + ")", Options)]
    public static partial Regex IdMember();

    /// <summary>The text before a value at an id's place: a member's name, or the slash of a path.</summary>
    [GeneratedRegex("(?:/|" + IdIs + ")\\z", Options)]
    public static partial Regex IdPlace();

    /// <summary>A word with a digit in it, which may be an id that is known from elsewhere.</summary>
    [GeneratedRegex("""(?<![\w-])(?=[A-Za-z_-]{0,40}\d)\w+(?:-+\w+)*""", Options)]
    public static partial Regex Word();

    /// <summary>The name of a member that holds a secret.</summary>
    [GeneratedRegex("(?:" + SecretName + "|(?i:cookies?))\\z", Options)]
    public static partial Regex SecretMember();
}
