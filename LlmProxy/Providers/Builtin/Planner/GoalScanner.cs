using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Cuts a goal's text into tokens.</summary>
internal static partial class GoalScanner
{
    private static readonly FrozenDictionary<string, int> NumberWords = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase)
    {
        ["zero"] = 0, ["one"] = 1, ["two"] = 2, ["three"] = 3, ["four"] = 4, ["five"] = 5, ["six"] = 6, ["seven"] = 7, ["eight"] = 8,
        ["nine"] = 9, ["ten"] = 10, ["eleven"] = 11, ["twelve"] = 12, ["dozen"] = 12, ["pair"] = 2, ["couple"] = 2, ["both"] = 2, ["twenty"] = 20,
        ["fifty"] = 50, ["hundred"] = 100,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Currencies = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["€"] = "EUR", ["$"] = "USD", ["£"] = "GBP", ["eur"] = "EUR", ["euro"] = "EUR", ["euros"] = "EUR", ["usd"] = "USD", ["dollar"] = "USD",
        ["dollars"] = "USD", ["gbp"] = "GBP", ["pound"] = "GBP", ["pounds"] = "GBP", ["chf"] = "CHF", ["francs"] = "CHF", ["yen"] = "JPY", ["jpy"] = "JPY",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    // "called Groceries list" names something without quotes.
    private static readonly FrozenSet<string> Naming = Words.Set("called named titled entitled labelled saying reading stating containing");

    public static List<GoalToken> Scan(string text)
    {
        List<GoalToken> tokens = [];
        foreach (Match match in Token().Matches(text))
        {
            tokens.Add(Read(match) with { IsGlued = match.Index > 0 && !char.IsWhiteSpace(text[match.Index - 1]) });
        }

        MergeMoney(tokens);
        return tokens;
    }

    public static bool IsNaming(GoalToken token) => token.Kind == TokenKind.Word && Naming.Contains(token.Stem);

    private static GoalToken Read(Match match)
    {
        var text = match.Value;
        if (match.Groups["secret"].Success)
        {
            return new(TokenKind.Literal, text);
        }

        if (match.Groups["quoted"].Success)
        {
            return new(TokenKind.Literal, text[1..^1]);
        }

        if (match.Groups["pair"].Success && !text.Equals("and/or", StringComparison.OrdinalIgnoreCase))
        {
            return new(TokenKind.Id, text); // "owner/name"
        }

        if (match.Groups["email"].Success)
        {
            return new(TokenKind.Email, text);
        }

        if (match.Groups["spoken"].Success)
        {
            return new(TokenKind.Date, Ahead(text));
        }

        if (match.Groups["day"].Success && DateOnly.TryParse($"{match.Groups["d"].Value} {match.Groups["m"].Value} {match.Groups["y"].Value}", CultureInfo.InvariantCulture, out var day))
        {
            return new(TokenKind.Date, day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        }

        if (match.Groups["date"].Success)
        {
            return new(TokenKind.Date, text);
        }

        if (match.Groups["number"].Success)
        {
            return new(TokenKind.Number, text) { Number = decimal.Parse(text.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) };
        }

        if (match.Groups["id"].Success)
        {
            return new(TokenKind.Id, text.TrimStart('#'));
        }

        if (match.Groups["word"].Success)
        {
            return NumberWords.TryGetValue(text, out var number) ? new(TokenKind.Number, text) { Number = number } : new(TokenKind.Word, text);
        }

        return new(TokenKind.Mark, text);
    }

    // "+3" is three days from now: a goal is read once, and sent on many days.
    private static string Ahead(string text)
    {
        var digits = string.Concat(text.Where(char.IsDigit));
        var days = digits.Length == 0 ? text.StartsWith("tom", StringComparison.OrdinalIgnoreCase) ? 1 : 0
            : int.Parse(digits, CultureInfo.InvariantCulture) * (text.Contains("week", StringComparison.OrdinalIgnoreCase) ? 7 : 1);
        return "+" + days.ToString(CultureInfo.InvariantCulture);
    }

    // "$20", "20 EUR", "20 euros": one amount.
    private static void MergeMoney(List<GoalToken> tokens)
    {
        for (var i = 0; i + 1 < tokens.Count; i++)
        {
            var (first, second) = (tokens[i], tokens[i + 1]);
            if (first.Kind == TokenKind.Number && Currencies.TryGetValue(second.Text, out var currency) && second.Kind is TokenKind.Word or TokenKind.Mark)
            {
                tokens[i] = new(TokenKind.Money, first.Text) { Number = first.Number, Currency = currency };
                tokens.RemoveAt(i + 1);
            }
            else if (second.Kind == TokenKind.Number && Currencies.TryGetValue(first.Text, out currency) && first.Kind is TokenKind.Word or TokenKind.Mark)
            {
                tokens[i] = new(TokenKind.Money, second.Text) { Number = second.Number, Currency = currency };
                tokens.RemoveAt(i + 1);
            }
        }
    }

    [GeneratedRegex("""
        (?<secret>\{\{[^{}]+\}\})
        |(?<quoted>"[^"]+"|“[^”]+”|«[^»]+»|(?<![\p{L}\d])'(?:[^']|'(?=\p{L}))+'(?![\p{L}\d])|‘[^’]+’|`[^`]+`)
        |(?<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
        |(?<pair>(?<![\p{L}\d/])[\p{L}\d][\w.-]*/[\p{L}\d][\w.-]*[\p{L}\d](?!/))
        |(?<id>\#[\p{L}][\w-]*\w)
        |(?<spoken>(?i:today|tomorrow|in[ ]\d{1,3}[ ](?:days?|weeks?))\b)
        |(?<day>(?i:(?<d>\d{1,2})(?:st|nd|rd|th)?[ ](?:of[ ])?(?<m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*,?[ ](?<y>\d{4})\b))
        |(?<day>(?i:\b(?<m>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ ](?<d>\d{1,2})(?:st|nd|rd|th)?,?[ ](?<y>\d{4})\b))
        |(?<date>\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?)
        |(?<number>(?<![\p{L}\d-])\d+(?:,\d{3})*(?:\.\d+)?(?![\p{L}\d_-]*[\p{L}\d]))
        |(?<id>\#?(?=[\p{L}\d_.-]*\d)[\p{L}\d](?:[\p{L}\d_.-]*[\p{L}\d])?)
        |(?<word>\p{L}+(?:['’]\p{L}+)?(?:_\p{L}+)*)
        |[^\s]
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
