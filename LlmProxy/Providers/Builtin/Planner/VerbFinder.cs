using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Finds the verb of a clause: one of the table, one that the API has, or one that nobody knows but that stands where a verb stands.</summary>
internal sealed class VerbFinder(ToolSet tools)
{
    private static readonly FrozenSet<string> LeadIns = Words.Set(
        "please then now finally first next also i want would like to you should must need can user go ahead try and afterwards after that "
        + "once done lastly we have will make sure as new them");

    private static readonly FrozenSet<string> Articles = Words.Set("the a an my your his her their");
    private static readonly FrozenSet<string> Actors = Words.Set("user customer agent visitor member client person");
    private static readonly FrozenSet<string> Pointers = Words.Set("it them that this those these him her");
    private static readonly FrozenSet<string> NoVerbs = Words.Set(
        "because since as while when whenever if unless so that which who whose where whereas although though but or nor plus minus both half not only just even no "
        + "due ready free valid good via per than within without at least most");

    private static readonly string Withdraw = Words.Stem("withdraw");
    private static readonly string Leave = Words.Stem("leave");
    private static readonly FrozenSet<string> Questions = Words.Set("what which who how where whether when");
    private static readonly FrozenSet<string> Asking = Words.Set("is are was were many much does do did has have long often");
    private static readonly FrozenSet<string> Directions = Words.Set("to into onto through");

    /// <summary>The verb and what stands behind it; no kind where the clause has none, and then all of the clause.</summary>
    public ClauseVerb Find(List<GoalToken> clause)
    {
        var none = new ClauseVerb(null, "", "", clause);
        for (var i = 0; i < clause.Count && i < 6; i++)
        {
            var token = clause[i];
            if (token.Kind != TokenKind.Word)
            {
                return none;
            }

            var next = i + 1 < clause.Count ? clause[i + 1].Text.ToLowerInvariant() : "";
            if (i == 0 && Questions.Contains(token.Stem) && clause.Count > 2)
            {
                return new(IntentKind.Read, "find", "", WithoutQuestion(clause));
            }

            if (i == 0 && ((token.Is("to") && next == "be") || IsParticiple(token)))
            {
                return none; // "..., to be returned in May", "..., assigned to Ann": it says more of what was said
            }

            // "place an order for two teas"
            if (token.Stem is "plac" or "make" or "put" && tools.Matcher.Special.AddToCart is not null
                && clause.FindIndex(i, other => other.Is("for")) is > 0 and var at && at - i <= 3 && clause[at - 1].Stem is "order" or "purchas")
            {
                return new(IntentKind.Buy, "buy", "", clause[(at + 1)..]);
            }

            if (Articles.Contains(token.Stem) && i + 1 < clause.Count)
            {
                if (!Actors.Contains(clause[i + 1].Stem))
                {
                    return none; // "the comment": behind an article stands no verb
                }

                i++; // "the user should ..."
                continue;
            }

            if (Verbs.Phrasal(token.Stem, next) is { } phrasal)
            {
                return new(phrasal.Kind, phrasal.Verb, phrasal.Particle, phrasal.Kind == IntentKind.Read ? WithoutQuestion(clause[(i + 2)..]) : clause[(i + 2)..]);
            }

            if (Verbs.Separated(clause, i, tools.Matcher.Special.RemoveFromCart is not null) is { } separated)
            {
                return new(separated.Kind, separated.Verb, separated.Particle, [.. clause[(i + 1)..separated.At], .. Behind(clause[(separated.At + 1)..])]);
            }

            if (Verbs.TryGet(token.Stem, out var kind))
            {
                return new(Refine(kind, token.Stem, clause[(i + 1)..]), token.Stem, "", kind == IntentKind.Read ? WithoutQuestion(clause[(i + 1)..]) : clause[(i + 1)..]);
            }

            // A verb nobody listed, but the API has it ("archive the project", "react to the message"), or one that stands where verbs stand.
            if (i + 1 < clause.Count && !LeadIns.Contains(token.Stem) && !Words.IsIdle(token.Stem) && (((IsOfApi(token.Stem) || IsDone(token.Stem, clause[i + 1])) && !IsLabel(clause, i)) || IsUnknown(token, clause[i + 1]) || (i == 0 && IsOpening(token, clause[i + 1]) && !tools.Operations.Any(operation => operation.IsRead && operation.Does.Contains(token.Stem)))))
            {
                return new(IntentKind.Act, token.Stem, "", clause[(i + 1)..]);
            }

            // "track the parcel"
            if (i + 1 < clause.Count && !LeadIns.Contains(token.Stem) && !Words.IsIdle(token.Stem) && tools.Operations.Any(operation => operation.IsRead && operation.Does.Contains(token.Stem)))
            {
                return new(IntentKind.Read, token.Stem, "", clause[(i + 1)..]);
            }

            if (!LeadIns.Contains(token.Stem))
            {
                return none;
            }
        }

        return none;
    }

    // "how many seats are free", "whether the order is paid": what is asked about.
    private static List<GoalToken> WithoutQuestion(List<GoalToken> tokens)
    {
        var from = tokens.FindIndex(token => !(Questions.Contains(token.Stem) || Asking.Contains(token.Stem)));
        return from > 0 && Questions.Contains(tokens[0].Stem) ? [.. tokens.Skip(from).Where(token => !token.Is("?"))] : tokens;
    }

    // "out of the cart" is from the cart.
    private static IEnumerable<GoalToken> Behind(List<GoalToken> tokens) =>
        tokens is [{ } first, ..] && first.Is("of") ? [new GoalToken(TokenKind.Word, "from"), .. tokens.Skip(1)] : tokens;

    private static bool IsParticiple(GoalToken token) => !token.IsCapital && Verbs.Contains(token.Stem)
        && (token.Text.EndsWith("ed", StringComparison.Ordinal) || token.Text.EndsWith("ing", StringComparison.Ordinal));

    // "water the plants", "fly to the moon": what the API has no word for must not be lost among the details of another clause.
    private bool IsUnknown(GoalToken token, GoalToken next) => !token.IsCapital && token.Text.Length > 2 && !NoVerbs.Contains(token.Stem) && !Phrase.IsPreposition(token)
        && !(token.Text.Length > 5 && (token.Text.EndsWith("ing", StringComparison.Ordinal) || token.Text.EndsWith("ed", StringComparison.Ordinal)))
        && (!token.Text.EndsWith('s') || token.Text.EndsWith("ss", StringComparison.Ordinal)) && !tools.Vocabulary.Contains(token.Stem)
        && next.Kind == TokenKind.Word && (Articles.Contains(next.Stem) || Pointers.Contains(next.Stem) || Directions.Contains(next.Stem));

    // "Render the report": what a sentence begins with, before an article, is a verb, and what it asks for must not be lost.
    private static bool IsOpening(GoalToken token, GoalToken next) => token.StartsSentence && token.IsCapital && token.Text.Length > 2 && !NoVerbs.Contains(token.Stem) && !Phrase.IsPreposition(token)
        && next.Kind == TokenKind.Word && !next.IsCapital && (next.Is("the") || next.Is("a") || next.Is("an") || next.Is("my"));

    // "first payment 2027-04-01" gives a parameter its value.
    private bool IsLabel(List<GoalToken> clause, int at) => clause[at + 1].Kind is TokenKind.Date or TokenKind.Money
        || tools.Operations.Any(operation => operation.All.Any(parameter => parameter.Tokens.Length > 1 && parameter.Tokens.Contains(clause[at].Stem)
            && Enumerable.Range(0, clause.Count - parameter.Tokens.Length + 1 is var room and > 0 ? room : 0).Any(from => parameter.Tokens.Select((stem, i) => clause[from + i].Stem == stem).All(same => same))));

    // "use the voucher" where an operation's summary is "Use a voucher"
    private bool IsDone(string stem, GoalToken next) => (Articles.Contains(next.Stem) || Pointers.Contains(next.Stem) || Naming.IsName(next) || next.Kind == TokenKind.Number)
        && tools.Operations.Any(operation => !operation.IsRead && operation.Does.Contains(stem));

    private bool IsOfApi(string stem) => tools.Operations.Any(operation => !operation.IsRead && !operation.Has("search")
        && ((operation.NameTokens.Any(token => Words.Related(token, stem)) && !tools.Operations.Any(read => read.IsRead && read.Noun == stem))
            || (operation.PathTokens.LastOrDefault() is { } last && Words.Related(last, stem) && operation.Parent.Length > 0)
            || (operation.Method is "PATCH" or "PUT" && operation.All.Any(flag => flag is { Type: "boolean", InPath: false } && flag.Tokens is [var only] && only == stem))));

    private static IntentKind Refine(IntentKind kind, string verb, List<GoalToken> rest) =>
        // "get a ticket" is no look at one
        kind == IntentKind.Read && verb is "get" or "grab" && rest.Count > 0 && (rest[0].Kind == TokenKind.Number || rest[0].Is("a") || rest[0].Is("an"))
            && !rest.Exists(token => token.Is("list") || token.Is("overview")) ? IntentKind.Buy
        // "open an issue" makes one, "start the task" does not
        : kind == IntentKind.Create && verb is "start" or "open" or "begin" && rest.Count > 0 && (rest[0].Is("the") || rest[0].Is("my") || Pointers.Contains(rest[0].Stem)) ? IntentKind.Act
        // "withdraw 20 EUR", but "withdraw Ann from the course"
        : kind == IntentKind.Create && verb == Withdraw && !rest.Exists(token => token.Kind is TokenKind.Money or TokenKind.Number) ? IntentKind.Act
        // "leave a comment" makes one, "leave the class" does not
        : verb == Leave && rest.Count > 0 && (rest[0].Is("the") || rest[0].Is("my") || Pointers.Contains(rest[0].Stem)) ? IntentKind.Act
        // "create an account" registers only where it says nothing else about the account.
        : kind == IntentKind.Create && rest.Count is > 0 and <= 4 && rest.Any(token => token.Stem is "account" or "profil") && rest.Any(token => token.Stem is "user" or "customer")
            ? IntentKind.Register
            : kind;
}

/// <summary>The verb of a clause.</summary>
/// <param name="Kind">What sort of doing; null where there is no verb.</param>
/// <param name="Verb">Its stem.</param>
/// <param name="Particle">The word that belongs to it and says something: "in" of "check in", "on" of "turn on"; else empty.</param>
/// <param name="Rest">What stands behind it.</param>
internal readonly record struct ClauseVerb(IntentKind? Kind, string Verb, string Particle, List<GoalToken> Rest);
