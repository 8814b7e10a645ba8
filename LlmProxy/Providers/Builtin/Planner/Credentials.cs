using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Who the session is, as the goal says it: <c>as X / Y</c>, <c>as X with password Y</c>, <c>username X and password Y</c>.</summary>
/// <param name="User">Name to log in with.</param>
/// <param name="Password">Password; null where the goal names none.</param>
public sealed partial record Credentials(string User, string? Password)
{
    /// <summary>Finds them and takes them out of <paramref name="goal"/>, since names and passwords are no words.</summary>
    public static Credentials? Take(ref string goal)
    {
        var match = WithPassword().Match(goal);
        match = match.Success ? match : Slash().Match(goal);
        match = match.Success ? match : UserOnly().Match(goal);
        if (!match.Success)
        {
            return null;
        }

        // A full stop behind the last value ends a sentence, and goes on doing so: "... with password x. Book a seat."
        goal = goal[..match.Index] + (match.Value.EndsWith('.') ? " . " : " ") + goal[(match.Index + match.Length)..];
        var password = match.Groups["p"];
        return new Credentials(Login(Bare(match.Groups["u"].Value)), password.Success ? Bare(password.Value) : null);
    }

    // "reader R-100", "the admin ann@example.com": what one is stands before who one is.
    private static string Login(string user)
    {
        var last = user[(user.LastIndexOf(' ') + 1)..];
        return last.Length < user.Length && last.Any(letter => char.IsDigit(letter) || letter is '@' or '{') && user[..^last.Length].All(letter => char.IsLower(letter) || letter == ' ') ? last : user;
    }

    private static string Bare(string value)
    {
        value = value.TrimEnd(',', ';');
        value = value.Length > 1 && value[^1] is '.' or ')' ? value[..^1] : value;
        return value.Length > 1 && value[0] is '"' or '\'' or '`' or '“' && value[^1] is '"' or '\'' or '`' or '”' ? value[1..^1] : value;
    }

    private const string Quoted = """(?:"[^"]+"|'[^']+'|`[^`]+`|\{\{[^{}]+\}\}""";
    private const string UserValue = Quoted + """|[^\s,;:()/{}"'`]+)""";
    private const string SecretValue = Quoted + """|[^\s,;(){}"'`]+)""";
    // Without quotes a password runs to the next mark or word that goes on with the sentence: "with password open sesame, pay ...".
    private const string More = """(?:(?<![.!?])[ ](?!(?:and|then|to|in|on|at|for|so|before|after|into|from|by|with|or|via|using)\b|[/(])[^\s,;.(){}"'`]+){0,5}""";
    private const string OpenSecret = Quoted + """|[^\s,;(){}"'`]+""" + More + ")";
    private const string OpenUser = Quoted + """|[^\s,;:()/{}"'`]+(?:(?<![.!?])[ ](?!(?:and|then|with)\b)[^\s,;:()/{}"'`]+){0,2})""";
    private const string End = """(?=[\s,;.)]|$)""";
    private const string Label = """(?:(?:the\s+|my\s+)?(?:user\s*-?name|user|login|e-?mail(?:\s+address)?|member|customer|account|credentials|name|card(?:\s+number)?)\s*(?:is\b|:|=)?\s+)?""";

    // "as ann with password x", "with username ann and PIN x", "ann, password x", "ann (password x)"
    [GeneratedRegex("""(?:\b(?:as|with|using|for)\s+)?""" + Label + "(?<u>" + UserValue + """)(?:\s+|,\s*|\s*\()(?:(?:with|and|using)\s+)?(?:the\s+|a\s+|my\s+)?"""
        + """(?:password|pass\s?code|passphrase|pin|pw|secret)\s*(?:is\b|:|=)?\s*(?<p>""" + OpenSecret + """)\)?""" + End,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex WithPassword();

    // "as ann (x)", "as ann / x" or "ann / x"; without blanks around the slash only behind "as", so that "and/or" is none
    [GeneratedRegex("""\bas\s+(?<u>""" + UserValue + """)\s*\((?<p>""" + SecretValue + """)\)|\b(?:as|with|using)\s+""" + Label + "(?<u>" + OpenUser + """)\s*/\s*(?<p>""" + OpenSecret + ")" + End
        + "|" + Label + "(?<u>" + UserValue + """)\s+/\s+(?<p>""" + SecretValue + ")" + End,
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Slash();

    [GeneratedRegex("""(?<=\b(?:log|sign)(?:\s|-)?(?:in|up|on)\s+|\bregister\s+|\bauthenticate\s+)as\s+(?:(?:user|member|customer)\s+)?(?!(?:a|an|the|new)\s)(?<u>""" + UserValue + ")",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex UserOnly();
}
