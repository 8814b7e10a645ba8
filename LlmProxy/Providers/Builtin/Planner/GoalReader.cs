using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Splits a goal into intents: clauses by punctuation and "and"/"then", in each a verb, its object and its prepositions.</summary>
internal sealed class GoalReader(ToolSet tools)
{
    private static readonly FrozenSet<string> LeadIns = Words.Set(
        "please then now finally first next also i want would like to you should must need can user go ahead try and afterwards after that "
        + "once done lastly we have will make sure as new them");

    private static readonly FrozenSet<string> Articles = Words.Set("the a an my your his her their");
    private static readonly FrozenSet<string> Actors = Words.Set("user customer agent visitor member client person");

    private static readonly FrozenSet<string> Prepositions = Words.Set(
        "from to into for with by in on at under about via using within over below above until till until onto through starting ending between");

    private static readonly FrozenSet<string> Pointers = Words.Set("it them that this one those these him her");
    private static readonly FrozenSet<string> Measures = Words.Set("number quantity amount pair list copy unit piece lot set couple dozen rest total count sum bottle box bag pack");

    private const string CheckIn = "check";

    private static readonly FrozenDictionary<string, IntentKind> Verbs = Table();

    public (List<Intent> Intents, Credentials? Credentials) Read(string goal)
    {
        var credentials = Credentials.Take(ref goal);
        List<Intent> intents = [];
        List<GoalToken> focus = [];
        List<GoalToken> ahead = [];
        foreach (var clause in Clauses(GoalScanner.Scan(goal)))
        {
            // "In the project Launch, mark ...": where it is done is said first.
            // "Squash and merge": how it is done is said first.
            if (FindVerb(clause).Kind is null && ((intents.Count == 0 && clause is [{ Kind: TokenKind.Word }])
                || (IsPreposition(clause[0]) && (intents.Count == 0 || clause[0].StartsSentence))))
            {
                ahead = clause;
                continue;
            }

            Add([.. clause, .. FindVerb(clause).Kind is null ? [] : ahead], intents, ref focus);
            ahead = FindVerb(clause).Kind is null ? ahead : [];
        }

        if (credentials is not null && !intents.Exists(intent => intent.Kind is IntentKind.Login))
        {
            // "As ann / pw, buy ..." means to log in first; after "register" too.
            var at = intents.FindIndex(intent => intent.Kind == IntentKind.Register) + 1;
            intents.Insert(at, new Intent { Kind = IntentKind.Login, Verb = "login", Text = "log in", Phrases = [new Phrase("", [])] });
        }

        return (intents, credentials);
    }

    private void Add(List<GoalToken> clause, List<Intent> intents, ref List<GoalToken> focus)
    {
        var (kind, verb, rest) = FindVerb(clause);
        var particle = kind == IntentKind.Act && verb == CheckIn ? "in" : "";
        var previous = intents.Count > 0 ? intents[^1] : null;
        if (kind is null)
        {
            if (previous is null || clause.Count == 0)
            {
                return; // a mood or a greeting
            }

            // "buy a tea and a coffee": the verb is said once. Anything else belongs to the clause before.
            var begins = clause[0].Kind == TokenKind.Number || clause[0].Is("a") || clause[0].Is("an") || clause[0].Is("another");
            if (clause[0].Kind == TokenKind.Literal && previous.ChangesState && previous.Object.Tokens.LastOrDefault(token => token.Kind == TokenKind.Literal) is { } sibling)
            {
                // "the cards 'Mow' and 'Weed'": the same again with another name.
                var swapped = previous.Object.Tokens.Select(token => token == sibling ? clause[0] : token).ToList();
                var behind = clause.Count > 1 ? clause[1..] : Spoken(previous).Skip(previous.Object.Tokens.Count).ToList();
                intents.Add(Build(previous.Kind, previous.Verb, $"{previous.Verb} {Said(clause)}", [.. swapped, .. behind], false));
                Share(intents, previous);
                return;
            }

            if (begins && previous.Kind is IntentKind.Buy or IntentKind.Create or IntentKind.Delete)
            {
                (kind, verb, rest) = (previous.Kind, previous.Verb, clause);
            }
            else
            {
                intents[^1] = Build(previous.Kind, previous.Verb, $"{previous.Text} {Said(clause)}", [.. previous.Tokens.Count() > 0 ? Spoken(previous) : [], .. clause], previous.PointsBack);
                focus = previous.Kind == IntentKind.Login ? focus : [.. focus, .. clause];
                return;
            }
        }

        var pointsBack = rest.Count > 0 && rest.TakeWhile(token => !IsPreposition(token)).All(token => token.Kind == TokenKind.Word
            && (Pointers.Contains(token.Stem) || Words.IsIdle(token.Stem) || Order.IsWord(token)));
        var ofIt = rest.Exists(token => token.Is("its"));
        var bare = rest.TakeWhile(token => !IsPreposition(token)).ToList();
        if (pointsBack && bare.Count > 0)
        {
            // "pick the cheapest, borrow it": what it points at is said before.
            List<GoalToken> order = [.. bare.Where(Order.IsWord)];
            rest = [.. order, .. focus, .. rest.Skip(bare.Count)];
        }

        var intent = Build(kind.Value, verb, Said(clause), rest, pointsBack || ofIt, particle);
        intents.Add(intent);
        if (rest == clause && previous is not null)
        {
            Share(intents, previous);
        }

        if (intent.Object.Tokens.Count > 0 && intent.Kind is not (IntentKind.Login or IntentKind.Logout or IntentKind.Register))
        {
            // What was looked for is all that was said of it; of anything else the object.
            focus = [.. (intent.ChangesState ? intent.Object.Tokens : Spoken(intent)).Where(token => token.Kind != TokenKind.Money)];
        }
    }

    // "add a tea and a coffee to the cart": where holds for both.
    private static void Share(List<Intent> intents, Intent previous)
    {
        if (previous.Phrases.Count == 1 && intents[^1].Phrases.Skip(1).FirstOrDefault() is { Preposition: "to" or "into" or "in" or "on" or "from" } shared)
        {
            intents[^2] = Build(previous.Kind, previous.Verb, previous.Text, [.. Spoken(previous), new GoalToken(TokenKind.Word, shared.Preposition), .. shared.Tokens], previous.PointsBack);
        }
    }

    private static string Said(List<GoalToken> clause) => string.Join(' ', clause.Select(token => token.Text));

    private static IEnumerable<GoalToken> Spoken(Intent intent)
    {
        foreach (var phrase in intent.Phrases)
        {
            if (phrase.Preposition.Length > 0)
            {
                yield return new GoalToken(TokenKind.Word, phrase.Preposition);
            }

            foreach (var token in phrase.Tokens)
            {
                yield return token;
            }
        }
    }

    private static Intent Build(IntentKind kind, string verb, string text, List<GoalToken> tokens, bool pointsBack, string particle = "")
    {
        List<Phrase> phrases = [];
        List<GoalToken> current = [];
        var preposition = "";
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            if (GoalScanner.IsNaming(token) && i + 1 < tokens.Count && tokens[i + 1].Kind == TokenKind.Word)
            {
                // A name without quotes runs to the next preposition.
                var name = tokens.Skip(i + 1).TakeWhile((next, at) => next.IsGlued || at == 0 || (next.Kind is TokenKind.Word or TokenKind.Number && !IsPreposition(next) && !next.Is("due"))).ToList();
                current.Add(new GoalToken(TokenKind.Literal, string.Concat(name.Select((next, at) => at == 0 || next.IsGlued ? next.Text : " " + next.Text))));
                i += name.Count;
            }
            else if (token.Is("of") && current.Count > 0 && current[^1] is { Kind: TokenKind.Word } head && !Words.IsIdle(head.Stem) && !Order.IsWord(head) && !Measures.Contains(head.Stem))
            {
                // "the comments of the task": two things; "two of the cheapest", "a copy of" are one.
                phrases.Add(new Phrase(preposition, current));
                (preposition, current) = ("of", []);
            }
            else if (token.Is(":") && i + 1 < tokens.Count && tokens[i + 1].Kind == TokenKind.Literal && phrases.Count > 0 && current.TrueForAll(word => Words.IsIdle(word.Stem)))
            {
                // "two tasks in it: 'Pack'": what is listed is the object.
                phrases[0] = new Phrase(phrases[0].Preposition, [.. phrases[0].Tokens, tokens[++i]]);
            }
            else if (IsPreposition(token) && !token.IsCapital)
            {
                phrases.Add(new Phrase(preposition, current));
                (preposition, current) = (token.Text.ToLowerInvariant(), []);
            }
            else if (token.Kind != TokenKind.Mark && !token.Is("of") && !GoalScanner.IsNaming(token))
            {
                current.Add(token);
            }
        }

        phrases.Add(new Phrase(preposition, current));
        return new Intent
        {
            Kind = kind,
            Verb = verb,
            Text = text,
            Phrases = phrases,
            PointsBack = pointsBack,
            Particle = particle,
            Quantity = QuantityOf(phrases),
        };
    }

    // "two of the cheapest", "3 tickets", "for 2 people"; a number behind a noun ("order 42") is an id, not a count.
    private static int? QuantityOf(List<Phrase> phrases)
    {
        foreach (var phrase in phrases.Where(phrase => phrase.Preposition is "" or "for"))
        {
            for (var i = 0; i < phrase.Tokens.Count; i++)
            {
                var token = phrase.Tokens[i];
                var behindNoun = i > 0 && phrase.Tokens[i - 1].Kind == TokenKind.Word && !Words.IsIdle(phrase.Tokens[i - 1].Stem);
                if (token.Kind == TokenKind.Number && token.Number is >= 1 and <= 1000 && token.Number == decimal.Truncate(token.Number)
                    && !behindNoun && i + 1 < phrase.Tokens.Count)
                {
                    return (int)token.Number;
                }
            }
        }

        return null;
    }

    private static bool IsPreposition(GoalToken token) => token.Is("paying") || token.Kind == TokenKind.Word && Prepositions.Contains(token.Stem);

    private IEnumerable<List<GoalToken>> Clauses(List<GoalToken> tokens)
    {
        List<GoalToken> clause = [];
        for (var i = 0; i < tokens.Count; i++)
        {
            var token = tokens[i];
            var mark = token.Kind == TokenKind.Mark && token.Text is "," or ";" or "." or "!" or "\n";
            if (clause.Count == 0 && !mark && (i == 0 || tokens[i - 1].Is(".") || tokens[i - 1].Is("!")))
            {
                tokens[i] = token = token with { StartsSentence = true };
            }

            var joint = token.Is("then") || token.Is("afterwards") || token.Is("finally") || token.Is("and") || token.Is("&") || token.Is("before");
            // "I want to see a film: book two seats"
            mark |= token.Is(":") && i + 1 < tokens.Count && tokens[i + 1] is { Kind: TokenKind.Word, IsCapital: false } behind && Verbs.ContainsKey(behind.Stem) && clause.Count > 3;
            if (!mark && !joint)
            {
                clause.Add(token);
                continue;
            }

            if (clause.Count > 0)
            {
                yield return clause;
                clause = [];
            }
        }

        if (clause.Count > 0)
        {
            yield return clause;
        }
    }

    private (IntentKind? Kind, string Verb, List<GoalToken> Words) FindVerb(List<GoalToken> clause)
    {
        for (var i = 0; i < clause.Count && i < 6; i++)
        {
            var token = clause[i];
            if (token.Kind != TokenKind.Word)
            {
                return (null, "", clause);
            }

            var next = i + 1 < clause.Count ? clause[i + 1].Text.ToLowerInvariant() : "";
            if (i == 0 && token.Is("to") && next == "be")
            {
                return (null, "", clause); // "..., to be returned in May"
            }

            if (i == 0 && (token.Text.EndsWith("ed", StringComparison.Ordinal) || token.Text.EndsWith("ing", StringComparison.Ordinal)) && !token.IsCapital && Verbs.ContainsKey(token.Stem))
            {
                return (null, "", clause); // "..., assigned to Ann": it says more of what was said
            }

            // "place an order for two teas"
            if (token.Stem is "plac" or "mak" or "put" && tools.Matcher.AddToCart is not null
                && clause.FindIndex(i, other => other.Is("for")) is > 0 and var at && at - i <= 3 && clause[at - 1].Stem is "order" or "purchas")
            {
                return (IntentKind.Buy, "buy", clause[(at + 1)..]);
            }
            if (Articles.Contains(token.Stem) && i + 1 < clause.Count)
            {
                if (!Actors.Contains(clause[i + 1].Stem))
                {
                    return (null, "", clause); // "the comment": behind an article stands no verb
                }

                i++; // "the user should ..."
                continue;
            }

            if (token.Stem is "tick" or "cross" && clause[^1].Is("off"))
            {
                return (IntentKind.Act, "complet", clause[(i + 1)..^1]); // "tick it off"
            }

            if (Phrasal(token.Stem, next) is { } phrasal)
            {
                return (phrasal.Kind, phrasal.Verb, clause[(i + 2)..]);
            }

            if (Verbs.TryGetValue(token.Stem, out var kind))
            {
                return (Refine(kind, token.Stem, clause[(i + 1)..]), token.Stem, clause[(i + 1)..]);
            }

            // A verb nobody listed, but the API has it ("archive the project", "react to the message").
            if (i + 1 < clause.Count && !LeadIns.Contains(token.Stem) && !Words.IsIdle(token.Stem) && IsOfApi(token.Stem))
            {
                return (IntentKind.Act, token.Stem, clause[(i + 1)..]);
            }

            if (!LeadIns.Contains(token.Stem))
            {
                return (null, "", clause);
            }
        }

        return (null, "", clause);
    }

    private bool IsOfApi(string stem) => tools.Operations.Any(operation => !operation.IsRead && !operation.Has("search")
        && ((operation.NameTokens.Any(token => Words.Related(token, stem)) && !tools.Operations.Any(read => read.IsRead && read.Noun == stem))
            || (operation.PathTokens.LastOrDefault() is { } last && Words.Related(last, stem) && operation.Parent.Length > 0)));

    private static IntentKind Refine(IntentKind kind, string verb, List<GoalToken> rest) =>
        // "get a ticket" is no look at one
        kind == IntentKind.Read && verb is "get" or "grab" && rest.Count > 0 && (rest[0].Kind == TokenKind.Number || rest[0].Is("a") || rest[0].Is("an"))
            && !rest.Exists(token => token.Is("list") || token.Is("overview")) ? IntentKind.Buy
        // "open an issue" makes one, "start the task" does not
        : kind == IntentKind.Create && verb is "start" or "open" or "begin" && rest.Count > 0 && (rest[0].Is("the") || rest[0].Is("my") || Pointers.Contains(rest[0].Stem)) ? IntentKind.Act
        // "create an account" registers only where it says nothing else about the account.
        : kind == IntentKind.Create && rest.Count is > 0 and <= 4 && rest.Any(token => token.Stem is "account" or "profil") && rest.Any(token => token.Stem is "user" or "customer")
            ? IntentKind.Register
            : kind;

    private static (IntentKind Kind, string Verb)? Phrasal(string stem, string next) => (stem, next) switch
    {
        ("log" or "sign", "in" or "on") => (IntentKind.Login, "login"),
        ("log" or "sign", "out" or "off") => (IntentKind.Logout, "logout"),
        ("sign", "up") => (IntentKind.Register, "register"),
        ("check", "out") => (IntentKind.Create, "checkout"),
        ("check", "in") => (IntentKind.Act, CheckIn),
        ("look", "up" or "for" or "at") or ("search", "for") or ("brows", "through") => (IntentKind.Read, "find"),
        ("giv", "back") or ("bring", "back") => (IntentKind.Act, "return"),
        ("tick" or "check" or "cross", "off") => (IntentKind.Act, "complet"),
        ("top", "up") => (IntentKind.Create, "deposit"),
        ("get", "back") => (IntentKind.Act, "return"),
        _ => null,
    };

    private static FrozenDictionary<string, IntentKind> Table()
    {
        var table = new Dictionary<string, IntentKind>(StringComparer.Ordinal);
        Add(IntentKind.Login, "login signin authenticate");
        Add(IntentKind.Logout, "logout signout");
        Add(IntentKind.Register, "register signup");
        Add(IntentKind.Buy, "buy purchase order shop acquire");
        Add(IntentKind.Create, "create add make book reserve borrow rent hire loan send transfer pay deposit withdraw post submit write file place put "
            + "schedule enroll enrol join subscribe upload invite comment rate review like reply answer react start open issue request apply lend donate checkout wire report plan leave attach");
        Add(IntentKind.Act, "return complete close reopen finish resolve confirm approve accept reject extend renew mark activate deactivate archive publish "
            + "lock unlock pause resume stop redeem claim assign move");
        Add(IntentKind.Update, "update change edit rename set modify raise lower increase decrease correct reschedule replace");
        Add(IntentKind.Delete, "delete remove cancel discard clear drop unsubscribe void revoke");
        Add(IntentKind.Read, "find list show view look search browse get see check read fetch retrieve verify inspect display count");
        Add(IntentKind.Choose, "choose pick select take");
        return table.ToFrozenDictionary(StringComparer.Ordinal);

        void Add(IntentKind kind, string verbs)
        {
            foreach (var verb in Words.Set(verbs))
            {
                table[verb] = kind;
            }
        }
    }
}
