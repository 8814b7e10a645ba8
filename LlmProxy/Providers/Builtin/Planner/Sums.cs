using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>The sum that an intent is about: "transfer 700", "pay 12.50 EUR", "a transfer of 700", "the sum of 700". Of things it is a count, and none.</summary>
internal static class Sums
{
    private static readonly FrozenSet<string> Around = Words.Set("exactly just only precisely further about around some another up it them");
    private static readonly FrozenSet<string> Units = Words.Set("cents cent minor pence penny credits coins tokens bucks units points");
    private static readonly FrozenSet<string> Small = Words.Set("cents cent minor pence penny");
    private static readonly FrozenSet<string> Lead = Words.Set("amount sum total value");
    private static readonly FrozenSet<string> Vague = Words.Set("half third quarter everything all rest remaining");
    private static readonly FrozenSet<string> Money = Words.Set("money balance funds cash savings amount sum");
    private static readonly FrozenSet<string> Paying = Words.Set("transfer pay deposit withdraw send remit wire donate charge refund credit debit repay");

    /// <summary>The sum; null where the intent names none, or more than one.</summary>
    public static Sum? Find(Intent intent, Operation operation)
    {
        if (intent.Kind is not (IntentKind.Create or IntentKind.Act or IntentKind.Update))
        {
            return null; // "buy two" counts, "delete 42" names
        }

        List<Sum> found = [];
        foreach (var (phrase, at) in intent.Phrases.Select((phrase, at) => (phrase, at)))
        {
            for (var i = 0; i < phrase.Tokens.Count; i++)
            {
                var token = phrase.Tokens[i];
                var isLed = i > 0 && phrase.Tokens[i - 1] is { Kind: TokenKind.Word } before && Lead.Contains(before.Stem);
                if (token.Kind is TokenKind.Number or TokenKind.Money && (isLed || (IsAlone(phrase, token, i) && (at == 0 || IsOf(intent.Phrases[at - 1], phrase, operation)))))
                {
                    found.Add(new Sum(token, i + 1 < phrase.Tokens.Count && Small.Contains(phrase.Tokens[i + 1].Stem)));
                }
            }
        }

        return found is [var only] ? only : null;
    }

    /// <summary>The sum as what an operation takes for it; null where the parameter is not the one, or cannot hold it.</summary>
    public static JsonNode? Find(Intent intent, Parameter parameter, Operation operation) =>
        parameter == Taker(operation) && Find(intent, operation) is { } sum ? Amounts.Number(sum.Token, parameter, sum.IsSmall) : null;

    /// <summary>The sum that a parameter is asked to hold, where <see cref="Find(Intent, Parameter, Operation)"/> found none that it can; null for none.</summary>
    public static GoalToken? Unheld(Intent intent, Parameter parameter, Operation operation) => !SaidValues.IsSum(parameter) ? null
        : (parameter == Taker(operation) ? Find(intent, operation)?.Token : null) ?? intent.Money;

    /// <summary>What is wrong with a call that does not carry the sum that its intent names; null where it does, or none is named.</summary>
    public static string? Missing(Intent intent, Operation operation, JsonObject arguments)
    {
        if (operation.IsRead)
        {
            return null;
        }

        var (isPaying, taker) = (Paying.Contains(intent.Verb), Taker(operation));
        var lost = isPaying && taker is not null ? Lost(intent.Object.Tokens, arguments) : null;
        if (lost is null && Find(intent, operation) is { } sum && (sum.Token.Kind == TokenKind.Money || taker is not null || isPaying) && !Carries(arguments, sum.Token))
        {
            lost = sum.Token;
        }

        return lost is null ? null : $"{intent.Text}: nothing that {operation.Name} takes holds the amount \"{lost.Text}\"";
    }

    // "half", and "3 times 700": what can be sent is less than what is said. A number behind a noun is of its name: "the invoice 42".
    private static GoalToken? Lost(IReadOnlyList<GoalToken> spoken, JsonObject arguments)
    {
        for (var i = 0; i < spoken.Count; i++)
        {
            var isOfName = i > 0 && (spoken[i - 1].IsValue || (spoken[i - 1].Kind == TokenKind.Word && !Words.IsIdle(spoken[i - 1].Stem) && !Around.Contains(spoken[i - 1].Stem) && !spoken[i - 1].Is("times")));
            if (IsVague(spoken, i) || (spoken[i].Kind is TokenKind.Number or TokenKind.Money && !isOfName && !Carries(arguments, spoken[i])))
            {
                return spoken[i];
            }
        }

        return null;
    }

    // "all my money"; but "all my invoices" are things, one after the other.
    private static bool IsVague(IReadOnlyList<GoalToken> spoken, int at) => Vague.Contains(spoken[at].Stem) && !(spoken[at].Is("all")
        && spoken.Where((_, i) => i != at).Any(static other => other.Kind == TokenKind.Word && !Words.IsIdle(other.Stem) && !Around.Contains(other.Stem) && !Money.Contains(other.Stem)));

    // Of several amounts the one that is called so; else what must be given.
    private static Parameter? Taker(Operation operation)
    {
        var takers = operation.All.Where(static other => other is { InPath: false, Noun: null, Enum.Length: 0, Type: "integer" or "number" or "string" } && other.Is(SaidValues.Amount)).ToList();
        return takers.Find(static other => other.Tokens.Contains("amount")) ?? takers.Find(static other => other.Required) ?? takers.FirstOrDefault();
    }

    // "700", "exactly 700", "700 cents": what else stands there says nothing of any thing.
    private static bool IsAlone(Phrase phrase, GoalToken number, int at) => phrase.Tokens.Select((token, i) => (token, i)).All(each => each.token == number
        || (each.token.Kind == TokenKind.Word && (Words.IsIdle(each.token.Stem) || Around.Contains(each.token.Stem) || (each.i == at + 1 && Units.Contains(each.token.Stem)))));

    // "a transfer of 700", "the sum of 700"; but "two packs of 6" are packs.
    private static bool IsOf(Phrase head, Phrase phrase, Operation operation) => phrase.Preposition == "of" && head.Head is { Length: > 0 } noun
        && (Words.Related(noun, operation.Noun) || Lead.Contains(noun) || operation.NameTokens.Contains(noun));

    private static bool Carries(JsonObject arguments, GoalToken said) => Carries(arguments, said.Number) || Carries(arguments, said.Number * 100) || Carries(arguments, said.Number / 100);

    private static bool Carries(JsonNode? node, decimal number) => node switch
    {
        JsonObject map => map.Any(entry => Carries(entry.Value, number)),
        JsonArray list => list.Any(item => Carries(item, number)),
        JsonValue value => decimal.TryParse(value.ToString(), NumberStyles.Number, CultureInfo.InvariantCulture, out var given) && given == number,
        _ => false,
    };
}

/// <summary>A sum in a goal.</summary>
/// <param name="Token">Its number.</param>
/// <param name="IsSmall">Whether it is said to be in the small unit: "700 cents".</param>
internal readonly record struct Sum(GoalToken Token, bool IsSmall);
