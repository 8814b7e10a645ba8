using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Splits a goal into intents: clauses by punctuation and "and"/"then", in each a verb, its object and its prepositions.</summary>
internal sealed class GoalReader(ToolSet tools)
{
    private static readonly FrozenSet<string> Pointers = Words.Set("it them that this one those these him her");
    private static readonly FrozenSet<string> Measures = Words.Set("number quantity amount pair list copy unit piece lot set couple dozen rest total count sum bottle box bag pack");

    private readonly VerbFinder _verbs = new(tools);

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
            if (_verbs.Find(clause).Kind is null && ((intents.Count == 0 && clause is [{ Kind: TokenKind.Word }])
                || (Phrase.IsPreposition(clause[0]) && (intents.Count == 0 || clause[0].StartsSentence))))
            {
                ahead = clause;
                continue;
            }

            Add([.. clause, .. _verbs.Find(clause).Kind is null ? [] : ahead], intents, ref focus);
            ahead = _verbs.Find(clause).Kind is null ? ahead : [];
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
        var (kind, verb, particle, rest) = _verbs.Find(clause);
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

            // "to two payees: Ann Lee and City Power", "borrow Dune and Solaris": the same again for another that is named.
            if (Swapped(previous, clause) is { } again)
            {
                intents.Add(Build(previous.Kind, previous.Verb, $"{previous.Verb} {Said(clause)}", again, false));
                return;
            }

            if (begins && previous.Kind is IntentKind.Buy or IntentKind.Create or IntentKind.Delete)
            {
                (kind, verb, rest) = (previous.Kind, previous.Verb, clause);
            }
            else
            {
                intents[^1] = Build(previous.Kind, previous.Verb, $"{previous.Text} {Said(clause)}", [.. previous.Tokens.Count() > 0 ? Spoken(previous) : [], .. clause], previous.PointsBack);
                focus = previous.Kind == IntentKind.Login || previous.ChangesState ? focus : [.. focus, .. clause];
                return;
            }
        }

        // "find the cheapest coffee and buy two"
        var pointsBack = rest.Count > 0 && rest.TakeWhile(token => !Phrase.IsPreposition(token)).All(token => kind is IntentKind.Buy && token.Kind == TokenKind.Number
            || (token.Kind == TokenKind.Word && (Pointers.Contains(token.Stem) || Words.IsIdle(token.Stem) || Order.IsWord(token))));
        var ofIt = rest.Exists(token => token.Is("its"));
        var bare = rest.TakeWhile(token => !Phrase.IsPreposition(token)).ToList();
        if (pointsBack && bare.Count > 0)
        {
            // "pick the cheapest, borrow it": what it points at is said before.
            List<GoalToken> order = [.. bare.Where(static token => token.Kind == TokenKind.Number || Order.IsWord(token))];
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

    // The words of an intent with the name at its end exchanged; null where there is none, or where the two may be one name.
    private static List<GoalToken>? Swapped(Intent previous, List<GoalToken> clause)
    {
        var spoken = Spoken(previous).ToList();
        var from = spoken.FindLastIndex(token => !token.IsCapital) + 1;
        if (!previous.ChangesState || clause.Count > 3 || !clause.TrueForAll(token => token.IsCapital && !token.StartsSentence) || from >= spoken.Count)
        {
            return null;
        }

        var isListed = from > 0 && spoken[from - 1].Text.EndsWith('s') && spoken[from - 1].Text.Length > 3;
        return isListed || (previous.Phrases.Count == 1 && spoken.Take(from).All(token => Words.IsIdle(token.Stem))) ? [.. spoken.Take(from), .. clause] : null;
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
                var name = tokens.Skip(i + 1).TakeWhile((next, at) => next.IsGlued || at == 0 || (next.Kind is TokenKind.Word or TokenKind.Number && !Phrase.IsPreposition(next) && !next.Is("due"))).ToList();
                current.Add(new GoalToken(TokenKind.Literal, string.Concat(name.Select((next, at) => at == 0 || next.IsGlued ? next.Text : " " + next.Text))));
                i += name.Count;
            }
            else if (token.Is("of") && current.Count > 0 && current[^1] is { Kind: TokenKind.Word } head && !Words.IsIdle(head.Stem) && !Order.IsWord(head) && !Measures.Contains(head.Stem) && !IsMeasure(current, i + 1 < tokens.Count ? tokens[i + 1] : null))
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
            else if (Phrase.IsPreposition(token) && !token.IsCapital)
            {
                phrases.Add(new Phrase(preposition, current));
                (preposition, current) = (token.Text.ToLowerInvariant(), []);
            }
            else if (token.Kind != TokenKind.Mark && !token.Is("of") && !GoalScanner.IsNaming(token))
            {
                current.Add(current.Count == 0 && phrases.Count > 0 ? token with { StartsPhrase = true } : token);
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
            Quantity = QuantityOf(kind, phrases),
        };
    }

    // "10 rolls of packing tape"; but "two tasks of the project" are two things.
    private static bool IsMeasure(List<GoalToken> current, GoalToken? next) =>
        current is [.., { Kind: TokenKind.Number }, _] && next is not null && !next.Is("the") && !next.Is("my") && !next.Is("a") && !Words.IsIdle(next.Stem);

    // "two of the cheapest", "3 tickets", "for 2 people"; a number behind a noun ("order 42") is an id, not a count.
    private static int? QuantityOf(IntentKind kind, List<Phrase> phrases)
    {
        foreach (var phrase in phrases.Where(phrase => phrase.Preposition is "" or "for"))
        {
            for (var i = 0; i < phrase.Tokens.Count; i++)
            {
                var token = phrase.Tokens[i];
                var behindNoun = i > 0 && phrase.Tokens[i - 1].Kind == TokenKind.Word && !Words.IsIdle(phrase.Tokens[i - 1].Stem);
                if (token.Kind == TokenKind.Number && token.Number is >= 1 and <= 1000 && token.Number == decimal.Truncate(token.Number)
                    && !behindNoun && (i + 1 < phrase.Tokens.Count ? !Durations.IsUnit(phrase.Tokens[i + 1]) : phrase is { Preposition: "for", Tokens.Count: 1 } || (kind == IntentKind.Buy && phrase is { Preposition: "", Tokens.Count: 1 })))
                {
                    return (int)token.Number;
                }
            }
        }

        return null;
    }

    private static IEnumerable<List<GoalToken>> Clauses(List<GoalToken> tokens)
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

            var joint = token.Is("then") || token.Is("afterwards") || token.Is("finally") || token.Is("and") || (token.Is("&") && !(i > 0 && tokens[i - 1].IsCapital && i + 1 < tokens.Count && tokens[i + 1].IsCapital)) || token.Is("before");
            // "I want to see a film: book two seats"
            mark |= token.Is(":") && i + 1 < tokens.Count && tokens[i + 1] is { Kind: TokenKind.Word, IsCapital: false } behind && Verbs.Contains(behind.Stem) && clause.Count > 3;
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
}
