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
        ["nine"] = 9, ["ten"] = 10, ["eleven"] = 11, ["twelve"] = 12, ["dozen"] = 12, ["pair"] = 2, ["couple"] = 2, ["both"] = 2, ["thirteen"] = 13,
        ["fourteen"] = 14, ["fifteen"] = 15, ["sixteen"] = 16, ["seventeen"] = 17, ["eighteen"] = 18, ["nineteen"] = 19, ["twenty"] = 20, ["thirty"] = 30, ["forty"] = 40, ["fifty"] = 50, ["sixty"] = 60, ["seventy"] = 70, ["eighty"] = 80, ["ninety"] = 90,
        ["hundred"] = 100, ["thousand"] = 1000,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<string, string> Currencies = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["€"] = "EUR", ["$"] = "USD", ["£"] = "GBP", ["eur"] = "EUR", ["euro"] = "EUR", ["euros"] = "EUR", ["usd"] = "USD", ["dollar"] = "USD",
        ["dollars"] = "USD", ["gbp"] = "GBP", ["pound"] = "GBP", ["pounds"] = "GBP", ["chf"] = "CHF", ["francs"] = "CHF", ["yen"] = "JPY", ["jpy"] = "JPY",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenSet<string> Loose = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "dozen", "pair", "couple", "both");

    // "called Groceries list" names something without quotes.
    private static readonly FrozenSet<string> Naming = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "called", "named", "titled", "entitled", "labelled", "saying", "reading", "stating", "containing", "says", "reads");

    public static List<GoalToken> Scan(string text)
    {
        List<GoalToken> tokens = [];
        foreach (Match match in Token().Matches(text))
        {
            tokens.Add(Read(match) with { IsGlued = match.Index > 0 && !char.IsWhiteSpace(text[match.Index - 1]) });
        }

        MergeWords(tokens);
        MergeMoney(tokens);
        GoalDates.MergeSpans(tokens);
        return tokens;
    }

    public static bool IsNaming(GoalToken token) => token.Kind == TokenKind.Word && Naming.Contains(token.Text);

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

        if (GoalDates.Read(match) is { } date)
        {
            return new(TokenKind.Date, date);
        }

        if (match.Groups["date"].Success)
        {
            return new(TokenKind.Date, text);
        }

        if (match.Groups["time"].Success)
        {
            return new(TokenKind.Time, TimeOnly.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time.ToString("HH:mm", CultureInfo.InvariantCulture) : text);
        }

        if (match.Groups["phone"].Success)
        {
            return new(TokenKind.Phone, string.Concat(text.Where(letter => char.IsDigit(letter) || letter == '+')));
        }

        if (match.Groups["iban"].Success)
        {
            return new(TokenKind.Id, text.Replace(" ", "", StringComparison.Ordinal));
        }

        if (match.Groups["number"].Success)
        {
            return new(TokenKind.Number, text) { Number = decimal.Parse(match.Groups["comma"].Success ? text.Replace(',', '.') : text.Replace(",", "", StringComparison.Ordinal), CultureInfo.InvariantCulture) };
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

    // "seven hundred", "two hundred and fifty", "one thousand two hundred": one number.
    private static void MergeWords(List<GoalToken> tokens)
    {
        for (var i = 0; i < tokens.Count; i++)
        {
            var (length, number) = Spoken(tokens, i);
            if (length > 1)
            {
                tokens[i] = tokens[i] with { Text = string.Join(' ', tokens.Skip(i).Take(length).Where(static token => token.Text != "-").Select(static token => token.Text)), Number = number };
                tokens.RemoveRange(i + 1, length - 1);
            }
        }
    }

    // How many tokens from the first on are one number in words, and which.
    private static (int Length, decimal Number) Spoken(List<GoalToken> tokens, int first)
    {
        // What is added is less than the place that was said last.
        var (thousands, rest, place, last) = (0m, 0m, decimal.MaxValue, first);
        for (var i = first; i < tokens.Count; i++)
        {
            var joins = i > first && (tokens[i] is { IsGlued: true, Text: "-" } || (tokens[i].Is("and") && thousands + rest >= 100));
            if (joins && i + 1 < tokens.Count && IsAdded(tokens[i + 1], place))
            {
                continue;
            }

            if (IsAdded(tokens[i], place))
            {
                rest += tokens[i].Number;
                place = tokens[i].Number >= 20 ? 10 : 1;
            }
            else if (IsSpoken(tokens[i]) && tokens[i].Number == 100 && rest < 100)
            {
                rest = Math.Max(rest, 1) * 100;
                place = 100;
            }
            else if (IsSpoken(tokens[i]) && tokens[i].Number == 1000 && thousands == 0)
            {
                (thousands, rest, place) = (Math.Max(rest, 1) * 1000, 0, 1000);
            }
            else
            {
                break;
            }

            last = i;
        }

        return (last - first + 1, thousands + rest);
    }

    private static bool IsAdded(GoalToken token, decimal place) => IsSpoken(token) && token.Number < 100 && token.Number < place;

    // Not "a dozen", "both", "zero".
    private static bool IsSpoken(GoalToken token) => token.Kind == TokenKind.Number && token.Number > 0 && char.IsLetter(token.Text[0]) && !Loose.Contains(token.Text);

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
        |(?<spoken>(?i:today|tomorrow|in[ ](?:a|\d{1,3})[ ](?:days?|weeks?))\b)
        |(?<week>(?i:(?:next[ ]|this[ ]|coming[ ])?(?<w>monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b(?![ ]\p{Lu})))
        |(?<day>(?i:\b(?<d>\d{1,2})(?:st|nd|rd|th)?[ ](?:of[ ])?(?<m>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\b\.?(?:,?[ ](?<y>\d{4})\b)?))
        |(?<day>(?i:\b(?<m>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)[ ](?<d>\d{1,2})(?:st|nd|rd|th)?\b(?:,?[ ](?<y>\d{4})\b)?))
        |(?<day>\b(?<d>\d{1,2})\.[ ]?(?<m>\d{1,2})\.[ ]?(?<y>\d{4})\b)
        |(?<date>\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?)
        |(?<time>(?<![\d:.])(?:[01]?\d|2[0-3]):[0-5]\d(?:[ ]?(?i:am|pm)\b)?(?![\d:])|(?<![\d:.])(?:1[0-2]|[1-9])[ ]?(?i:am|pm)\b)
        |(?<phone>(?<![\p{L}\d])\+\d(?:[ ()/-]?\d){6,14}\b)
        |(?<iban>\b[A-Z]{2}\d{2}(?:[ ][A-Z0-9]{4}){2,7}(?:[ ][A-Z0-9]{1,3})?\b)
        |(?<number>(?<![\p{L}\d,-])(?<comma>\d+,\d{2})(?![\d\p{L}_-]|[.,]\d))
        |(?<number>(?<![\p{L}\d-])\d+(?:,\d{3})*(?:\.\d+)?(?![\p{L}\d_-]*[\p{L}\d]))
        |(?<id>\#?(?=[\p{L}\d_.-]*\d)[\p{L}\d](?:[\p{L}\d_.-]*[\p{L}\d])?)
        |(?<word>(?<=(?:\b(?:by|for|of|from|to|with|and|author|name)|\p{Lu}\p{L}+|\p{Lu}\.)[ ]?)\p{Lu}\.(?=[ ]?\p{Lu}))
        |(?<word>(?:Dr|Mr|Mrs|Ms|Prof|St|Sr|Jr)\.(?=[ ]\p{Lu}))
        |(?<word>\p{L}+(?:['’]\p{L}+)?(?:_\p{L}+)*)
        |[^\s]
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Token();
}
