using System.Collections.Concurrent;
using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Finds the operations that do what an intent wants, by scored overlap of words. One for a set of tools; thread-safe.</summary>
internal sealed class IntentMatcher
{
    private const double Enough = 4.5;
    private const int MostKnown = 2048;

    private static readonly FrozenSet<string> MakingWords = Words.Set("create add make open start post write publish submit file new place register");
    private static readonly FrozenSet<string> LookWords = Words.Set("view show check open read get see inspect display retrieve fetch");
    private static readonly FrozenSet<string> BringingWords = Words.Set("confirm complete finish finalize finalise place submit make conclude settle close issue do perform execute");

    private readonly ToolSet _tools;
    // Every decision of a session asks for the same intents, and every session of a goal.
    private readonly ConcurrentDictionary<(string Intent, bool AtHand), Operation?> _known = new();
    private readonly ConcurrentDictionary<string, Operation[]> _ranked = new(StringComparer.Ordinal);

    public IntentMatcher(ToolSet tools)
    {
        _tools = tools;
        Special = new SpecialOperations(tools);
    }

    /// <summary>What every API has in its own way: login, cart, checkout.</summary>
    public SpecialOperations Special { get; }

    /// <summary>Whether an intent puts something "into the basket".</summary>
    public bool IsIntoCart(Intent intent) => intent.Phrases.Skip(1).Any(phrase => phrase.Preposition is "into" or "to" or "in" or "onto" && phrase.Content.Any(token => SpecialOperations.CartWords.Contains(token.Stem)));

    /// <summary>
    /// The best operation for an intent; null when nothing fits well enough. <paramref name="atHand"/>: the thing to read was made before,
    /// so that reading it by its id beats a search.
    /// </summary>
    public Operation? Match(Intent intent, bool atHand = false)
    {
        if (_known.TryGetValue((intent.Signature, atHand), out var known))
        {
            return known;
        }

        if (_known.Count >= MostKnown)
        {
            _known.Clear();
        }

        // What deletes is taken for another verb only where nothing else has it.
        return _known[(intent.Signature, atHand)] = Match(intent, atHand, false) ?? (intent.Kind == IntentKind.Act ? Match(intent, atHand, true) ?? OnlyOne(intent) : ByReferences(intent));
    }

    // "book the cheapest package" where a shoot is made for a package: what the verb makes is not said, but what it needs is. "create a package" makes one.
    private Operation? ByReferences(Intent intent)
    {
        if (intent.Kind is not (IntentKind.Create or IntentKind.Buy) || MakingWords.Contains(intent.Verb) || intent.Object.Head.Length == 0)
        {
            return null;
        }

        var making = _tools.Operations.Where(operation => operation is { IsCreating: true, Parent.Length: 0, Method: "POST" }
            && operation.All.Any(parameter => parameter is { Required: true, Noun: not null } && _tools.Means(intent.Object.Head, parameter.Noun))).Take(2).ToList();
        return making is [var only] ? only : null;
    }

    // Whether the API itself uses a verb.
    private bool IsSaid(string verb) => _tools.Operations.Any(operation => operation.Has(verb) || operation.Does.Contains(verb));

    // "render the report" where the one operation that speaks of rendering starts a job for it.
    private Operation? OnlyOne(Intent intent)
    {
        var speaking = _tools.Operations.Where(operation => operation is { IsRead: false, Method: not "DELETE" } && (operation.SummaryTokens.Contains(intent.Verb) || operation.NameTokens.Contains(intent.Verb))).Take(2).ToList();
        return intent.Verb.Length > 3 && speaking is [{ EndsWithParameter: false, Parent.Length: 0 } only] && only.All.Any(parameter => parameter.Noun is not null) ? only : null;
    }

    private Operation? Match(Intent intent, bool atHand, bool mayDelete)
    {
        Operation? best = null;
        var bestScore = Enough;
        foreach (var operation in _tools.Operations)
        {
            var score = Score(operation, intent, atHand) - (intent.Kind == IntentKind.Act && operation.Method == "DELETE" && !mayDelete && Overlap(operation.NameTokens, intent.Verb) == 0 ? 2 : 0);
            // On a tie the simpler operation.
            if (score > bestScore || (score == bestScore && best is not null && operation.PathTokens.Length < best.PathTokens.Length))
            {
                (best, bestScore) = (operation, score);
            }
        }

        return best;
    }

    /// <summary>What makes a thing that a verb brings about which the API does not have: "confirm the booking", "place the order". Null for any other verb.</summary>
    public Operation? MatchMaker(Intent intent) => !BringingWords.Contains(intent.Verb) || intent.Object.Head.Length == 0 ? null
        : _tools.Operations.FirstOrDefault(operation => operation is { Method: "POST", EndsWithParameter: false, Parent.Length: 0 } && Words.Related(operation.Noun, intent.Object.Head));

    /// <summary>What shows one <paramref name="noun"/> by its id; null where nothing does.</summary>
    public Operation? One(string noun) => _tools.Operations.FirstOrDefault(operation => operation is { IsRead: true, EndsWithParameter: true } && operation.Noun == noun);

    /// <summary>All operations that would do for an intent, the best first; at most three.</summary>
    public IReadOnlyList<Operation> Rank(Intent intent)
    {
        if (_ranked.Count >= MostKnown)
        {
            _ranked.Clear();
        }

        return _ranked.GetOrAdd(intent.Signature, static (_, entry) => entry.Matcher.RankAll(entry.Intent), (Matcher: this, Intent: intent));
    }

    private Operation[] RankAll(Intent intent) =>
        [.. _tools.Operations.Select(operation => (Operation: operation, Score: Score(operation, intent, false))).Where(entry => entry.Score >= Enough)
            .OrderByDescending(entry => entry.Score).ThenBy(entry => entry.Operation.PathTokens.Length).Select(entry => entry.Operation).Take(3)];

    private double Score(Operation operation, Intent intent, bool atHand)
    {
        var method = MethodFit(operation, intent.Kind);
        if (method <= -4)
        {
            return method;
        }

        if (intent.Kind == IntentKind.Delete && operation.IsCreating && Overlap(operation.NameTokens, intent.Verb) + Overlap(operation.PathTokens, intent.Verb) == 0 && !operation.Does.Contains(intent.Verb))
        {
            return -6; // to make one more is no way to be rid of one
        }

        if (intent.Kind == IntentKind.Act && operation is { IsCreating: true, Parent.Length: 0 } && _tools.Collections.Contains(operation.Noun) && Overlap(operation.NameTokens, intent.Verb) + Overlap(operation.PathTokens, intent.Verb) == 0
            && !operation.SummaryTokens.Contains(intent.Verb) && _tools.Means(intent.Object.Head, operation.Noun))
        {
            return -6; // "close the order" makes no other one
        }

        // 1. The verb: in the name, in the path (APIs name what a verb makes: borrow -> /loans), in the summary.
        var verb = Math.Max(
            Math.Max(5 * Overlap(operation.NameTokens, intent.Verb), 4 * Overlap(operation.PathTokens, intent.Verb)),
            Math.Max(2.5 * Overlap(operation.SummaryTokens, intent.Verb), operation.Does.Contains(intent.Verb) ? 4.6 : 0));
        // "post a thread": what a verb of making is called by, every API has its own word for.
        if (intent.Kind == IntentKind.Create && operation is { Method: "POST", EndsWithParameter: false } && operation.Noun == intent.Object.Head && (MakingWords.Contains(intent.Verb) || !IsSaid(intent.Verb)))
        {
            verb = Math.Max(verb, 4.2);
        }

        // "post" as a verb is not the posts of a path.
        if (MakingWords.Contains(intent.Verb) && _tools.Collections.Contains(intent.Verb) && intent.Object.Head.Length > 0 && intent.Object.Head != intent.Verb && _tools.Collections.Contains(intent.Object.Head) && operation.Noun == intent.Verb)
        {
            verb = Math.Min(verb, 2);
        }

        // POST /loans/{id}/return: the path itself says what is done.
        if (intent.Kind != IntentKind.Create && operation is { EndsWithParameter: false, Parent.Length: > 0 } && operation.Noun == intent.Verb)
        {
            verb = Math.Max(verb, 5.5);
        }

        // A status may be all there is: "cancel the booking" is PATCH {"status":"cancelled"}, "assign it" is PATCH {"assigneeId":..}.
        if (intent.Verb.Length > 0 && operation.Method is "PATCH" or "PUT")
        {
            verb = Math.Max(verb, StateWords.CanSet(operation, intent.Verb) ? 4.5
                : operation.Parameters.Any(parameter => !parameter.InPath && Overlap(parameter.Tokens, intent.Verb) > 0) ? 4 : 0);
        }

        if (operation.IsUnnamed && IsPlain(operation, intent.Kind))
        {
            verb = Math.Max(verb, 3);
        }

        if (intent.Verb == Verbs.Turn && StateWords.IsSwitch(operation, intent.Particle))
        {
            verb = 4.5;
        }

        // 2. What it is done to. The head of the object weighs most; the other words tell apart what is left.
        var nouns = 0.0;
        var head = intent.Object.Head;
        for (var i = 0; i < intent.Phrases.Count; i++)
        {
            foreach (var token in intent.Phrases[i].Content)
            {
                var weight = i == 0 ? token.Stem == head ? 1.0 : 0.7 : 0.35;
                nouns += weight * (_tools.Collections.Contains(token.Stem) ? Exact(operation, token.Stem) : Noun(operation, token.Stem));
            }
        }

        if (head.Length > 0)
        {
            // POST /cards/{id}/move is done to a card.
            var done = Words.Match(operation.Noun, intent.Verb) > 0 ? Words.Match(operation.Parent, head) : 0;
            nouns += 2 * Math.Max(done, Words.Match(operation.Noun, head));
        }
        else if (intent.Object.Tokens.Count == 0 && intent.Phrases.Count == 1)
        {
            nouns += verb > 3 ? 1 : 0; // "check out": the verb is all there is
        }

        // 3. Words of the name that nobody said make it something else.
        var foreign = 0;
        foreach (var token in operation.NameTokens)
        {
            foreign += Said(token, intent) || (token is "creat" or "add" && operation.Does.Contains(intent.Verb)) ? 0 : 1;
        }

        var points = verb + nouns + method - ((operation.IsUnnamed || operation.Does.Contains(intent.Verb) ? 0.3 : 0.6) * foreign);
        // A read of one thing needs its id: a search does better unless the thing is at hand.
        if (intent.Kind == IntentKind.Read && operation.EndsWithParameter)
        {
            points += atHand || HasId(intent) || intent.PointsBack || IsLookAtOne(operation, intent) ? 1 : -1.5;
        }

        points += intent.Kind == IntentKind.Create && operation.EndsWithParameter ? -1.5 : 0;
        // returnLoan is no way to lend, whatever else is said of returning.
        points += intent.Kind == IntentKind.Create && operation is { EndsWithParameter: false, Parent.Length: > 0, NameTokens: [var first, ..] } && first == operation.Noun
            && Words.Match(operation.Noun, intent.Verb) == 0 && !Words.Related(operation.Noun, head) ? -2 : 0;
        // What is done to a thing that exists makes no new one.
        points += intent.Kind == IntentKind.Act && operation is { Method: "POST", EndsWithParameter: false } && verb < 3 && _tools.Operations.Any(other => other.IsCollection && other.Noun == operation.Noun) ? -2 : 0;
        points += intent.Kind == IntentKind.Read && operation.IsCollection ? Math.Min(0.5, 0.1 * operation.Parameters.Length) : 0;
        return verb + nouns < 2 ? -1 : points;
    }

    // Without a name the method is the verb: a PATCH changes.
    private static bool IsPlain(Operation operation, IntentKind kind) => (kind, operation.Method) switch
    {
        (IntentKind.Read, "GET") or (IntentKind.Delete, "DELETE") => true,
        (IntentKind.Update, "PATCH" or "PUT") => operation.EndsWithParameter,
        (IntentKind.Create or IntentKind.Buy, "POST") => !operation.EndsWithParameter,
        _ => false,
    };

    // "look at the balance of the savings account": that one, and not the list that it is found in.
    private bool IsLookAtOne(Operation operation, Intent intent) => LookWords.Contains(intent.Verb) && intent.Phrases.Any(phrase =>
        phrase.Tokens is [{ } article, ..] && (article.Is("the") || article.Is("my") || article.Is("its")) && phrase.Content.Count > 0
        && (phrase.Content.Count > 1 || phrase.Tokens.Any(Naming.IsName) || intent.Phrases.Count > 1)
        && !phrase.Content[^1].Text.EndsWith('s') && (phrase.Content.Any(token => _tools.Means(token.Stem, operation.Noun)) || operation.IsUnnamed));

    private static bool HasId(Intent intent) => intent.Tokens.Any(token => token.Kind == TokenKind.Id);

    private double Noun(Operation operation, string stem)
    {
        var best = Math.Max(3 * Overlap(operation.NameTokens, stem), 2.5 * Overlap(operation.PathTokens, stem));
        best = Math.Max(best, 1.2 * Overlap(operation.SummaryTokens, stem));
        if (best < 0.7 && operation.Parameters.Any(parameter => parameter.Tokens.Contains(stem) || parameter.Enum.Contains(stem, StringComparer.OrdinalIgnoreCase)))
        {
            best = 0.7;
        }

        // "the thermostat" where devices are of a kind, and that is one.
        return best < 1 && _tools.IsChoiceOf(stem, operation.Noun) ? 1 : best;
    }

    // What the API keeps many of is called so by the API itself, and by no other word: in a library to borrow a book is not to book.
    private static double Exact(Operation operation, string stem) =>
        operation.NameTokens.Contains(stem) ? 3 : operation.PathTokens.Contains(stem) ? 2.5 : operation.SummaryTokens.Contains(stem) ? 1.2
        : operation.Parameters.Any(parameter => parameter.Tokens.Contains(stem)) ? 0.7 : 0;

    private static bool Said(string token, Intent intent) =>
        Words.IsIdle(token) || token is "to" or "for" or "by" or "in" or "from" or "id" || Words.Related(token, intent.Verb)
        || intent.Tokens.Any(word => word.Kind == TokenKind.Word && Words.Related(word.Stem, token))
        || (intent.Kind == IntentKind.Create && token is "creat" or "make" or "post" or "add" or "new" or "place" or "submit")
        || (intent.Kind == IntentKind.Update && token is "updat" or "edit" or "set" or "patch" or "change")
        || (intent.Kind == IntentKind.Read && token is "list" or "get" or "search" or "find" or "all");

    private static double MethodFit(Operation operation, IntentKind kind) => (kind, operation.Method) switch
    {
        (IntentKind.Read or IntentKind.Choose, "GET") => 2,
        (IntentKind.Read or IntentKind.Choose, "POST") => -1,
        (IntentKind.Read or IntentKind.Choose, _) => -6,
        (_, "GET" or "HEAD") => -6,
        (IntentKind.Create or IntentKind.Buy, "POST") => 2,
        (IntentKind.Create or IntentKind.Buy, "PUT") => 0.5,
        (IntentKind.Create or IntentKind.Buy, "DELETE") => -5,
        (IntentKind.Act, "POST" or "PUT" or "PATCH") => 1.5,
        (IntentKind.Act, "DELETE") => 1,
        (IntentKind.Update, "PATCH" or "PUT") => 2,
        (IntentKind.Update, "POST") => 0.5,
        (IntentKind.Update, _) => -5,
        (IntentKind.Delete, "DELETE") => 2,
        (IntentKind.Delete, "POST" or "PUT" or "PATCH") => 0,
        _ => 0,
    };

    private static double Overlap(string[] tokens, string stem)
    {
        var best = 0.0;
        foreach (var token in tokens)
        {
            best = Math.Max(best, Words.Match(stem, token));
        }

        return best;
    }
}
