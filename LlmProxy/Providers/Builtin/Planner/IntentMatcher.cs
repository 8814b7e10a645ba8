using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Finds the operations that do what an intent wants, by scored overlap of words. One for a set of tools; thread-safe.</summary>
internal sealed class IntentMatcher
{
    private const double Enough = 4.5;

    private static readonly FrozenSet<string> LoginWords = Words.Set("login signin session token authenticate auth authentication");
    private static readonly FrozenSet<string> LoginNames = Words.Set("login signin authenticate");
    private static readonly FrozenSet<string> LogoutWords = Words.Set("logout signout");
    private static readonly FrozenSet<string> RegisterWords = Words.Set("register signup registration");
    private static readonly FrozenSet<string> AccountWords = Words.Set("user account customer member patron profile reader passenger client");
    private static readonly FrozenSet<string> RefreshWords = Words.Set("refresh reset forgot verify revoke password");
    private static readonly FrozenSet<string> CartWords = Words.Set("cart basket bag trolley");
    private static readonly FrozenSet<string> CheckoutWords = Words.Set("checkout order purchase buy");
    private static readonly FrozenSet<string> PlacingWords = Words.Set("place create submit");

    private static readonly FrozenSet<string> BringingWords = Words.Set("confirm complete finish finalize finalise place submit make conclude settle close issue do perform execute");

    private readonly ToolSet _tools;
    private readonly Lazy<Operation?> _login;
    private readonly Lazy<Operation?> _logout;
    private readonly Lazy<Operation?> _register;
    private readonly Lazy<Operation?> _addToCart;
    private readonly Lazy<Operation?> _removeFromCart;
    private readonly Lazy<Operation?> _checkout;

    public IntentMatcher(ToolSet tools)
    {
        _tools = tools;
        _login = new Lazy<Operation?>(FindLogin);
        _logout = new Lazy<Operation?>(FindLogout);
        _register = new Lazy<Operation?>(FindRegister);
        _addToCart = new Lazy<Operation?>(FindAddToCart);
        _removeFromCart = new Lazy<Operation?>(FindRemoveFromCart);
        _checkout = new Lazy<Operation?>(FindCheckout);
    }

    public Operation? Login => _login.Value;

    public Operation? Logout => _logout.Value;

    public Operation? Register => _register.Value;

    /// <summary>Puts something into a cart; null where the API has none.</summary>
    public Operation? AddToCart => _addToCart.Value;

    /// <summary>Takes something out of a cart; null where the API has none.</summary>
    public Operation? RemoveFromCart => _removeFromCart.Value;

    /// <summary>Turns a cart into an order.</summary>
    public Operation? Checkout => _checkout.Value;

    /// <summary>
    /// The best operation for an intent; null when nothing fits well enough. <paramref name="atHand"/>: the thing to read was made before,
    /// so that reading it by its id beats a search.
    /// </summary>
    public Operation? Match(Intent intent, bool atHand = false)
    {
        Operation? best = null;
        var bestScore = Enough;
        foreach (var operation in _tools.Operations)
        {
            var score = Score(operation, intent, atHand);
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

    /// <summary>All operations that would do for an intent, the best first; at most three.</summary>
    public IReadOnlyList<Operation> Rank(Intent intent) =>
        [.. _tools.Operations.Select(operation => (Operation: operation, Score: Score(operation, intent, false))).Where(entry => entry.Score >= Enough)
            .OrderByDescending(entry => entry.Score).ThenBy(entry => entry.Operation.PathTokens.Length).Select(entry => entry.Operation).Take(3)];

    private Operation? FindLogin() => Best(operation => operation.IsRead || operation.Method == "DELETE" || Any(operation, LogoutWords) || Any(operation, RefreshWords)
        ? 0
        : (Any(operation.NameTokens, LoginNames) ? 4 : 0) + (Phrase(operation.NameTokens, "log", "in") || Phrase(operation.NameTokens, "sign", "in") ? 4 : 0)
            + (Any(operation, LoginWords) ? 3 : 0) + (operation.Password is not null ? 3 : 0) - (Any(operation, RegisterWords) || Phrase(operation.NameTokens, "sign", "up") ? 6 : 0),
        5);

    private Operation? FindLogout() => Best(operation => operation.IsRead
        ? 0
        : (Any(operation, LogoutWords) ? 6 : 0) + (Phrase(operation.NameTokens, "log", "out") || Phrase(operation.NameTokens, "sign", "out") ? 6 : 0)
            + (operation.Method == "DELETE" && Any(operation, LoginWords) ? 5 : 0), 5);

    private Operation? FindRegister() => Best(operation => operation.Method != "POST"
        ? 0
        : (Any(operation, RegisterWords) || Phrase(operation.NameTokens, "sign", "up") ? 4 : 0) + (operation.Password is not null ? 3 : 0)
            + (AccountWords.Contains(operation.Noun) ? 2 : 0) - (Any(operation.NameTokens, LoginNames) || (Any(operation, LoginWords) && !Any(operation, RegisterWords)) ? 4 : 0),
        5);

    private Operation? FindAddToCart() => Best(operation => operation.Method is not ("POST" or "PUT") || !Any(operation, CartWords)
        || Any(operation, CheckoutWords)
        ? 0
        : 3 + (operation.Parameters.Any(parameter => parameter.Noun is not null || parameter.Item is not null) ? 3 : 0)
            + (operation.Method == "POST" ? 1 : 0) + (operation.Has("add", "item") ? 2 : 0), 6);

    private Operation? FindRemoveFromCart() => Best(operation => operation.Method != "DELETE" || !Any(operation, CartWords) ? 0 : 3 + (operation.EndsWithParameter ? 1 : 0), 3);

    private Operation? FindCheckout() => Best(operation => operation.Method != "POST" || Has(operation, "pay") || operation.EndsWithParameter
        ? 0
        : (Has(operation, "checkout") || Phrase(operation.NameTokens, "check", "out") ? 6 : 0)
            + (Any(operation, CheckoutWords) ? 4 : 0) + (operation.NameTokens.Any(PlacingWords.Contains) ? 1 : 0)
            - (operation.Parent.Length > 0 && !CartWords.Contains(operation.Parent) ? 2 : 0), 4);

    private double Score(Operation operation, Intent intent, bool atHand)
    {
        var method = MethodFit(operation, intent.Kind);
        if (method <= -4)
        {
            return method;
        }

        // 1. The verb: in the name, in the path (APIs name what a verb makes: borrow -> /loans), in the summary.
        var verb = Math.Max(
            Math.Max(5 * Overlap(operation.NameTokens, intent.Verb), 4 * Overlap(operation.PathTokens, intent.Verb)),
            Math.Max(2.5 * Overlap(operation.SummaryTokens, intent.Verb), operation.Does.Contains(intent.Verb) ? 4.2 : 0));
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
            foreign += Said(token, intent) ? 0 : 1;
        }

        var points = verb + nouns + method - (0.6 * foreign);
        // A read of one thing needs its id: a search does better unless the thing is at hand.
        if (intent.Kind == IntentKind.Read && operation.EndsWithParameter)
        {
            points += atHand || HasId(intent) || intent.PointsBack ? 1 : -1.5;
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

    private static bool HasId(Intent intent) => intent.Tokens.Any(token => token.Kind == TokenKind.Id);

    private static double Noun(Operation operation, string stem)
    {
        var best = Math.Max(3 * Overlap(operation.NameTokens, stem), 2.5 * Overlap(operation.PathTokens, stem));
        best = Math.Max(best, 1.2 * Overlap(operation.SummaryTokens, stem));
        if (best < 0.7 && operation.Parameters.Any(parameter => parameter.Tokens.Contains(stem) || parameter.Enum.Contains(stem, StringComparer.OrdinalIgnoreCase)))
        {
            best = 0.7;
        }

        return best;
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
        (IntentKind.Act, "DELETE") => 0.5,
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

    private Operation? Best(Func<Operation, int> score, int least)
    {
        Operation? best = null;
        var bestScore = least - 1;
        foreach (var operation in _tools.Operations)
        {
            var points = score(operation);
            if (points > bestScore)
            {
                (best, bestScore) = (operation, points);
            }
        }

        return best;
    }

    private static bool Has(Operation operation, string word) => operation.Has(Words.Stem(word));

    private static bool Any(Operation operation, FrozenSet<string> words) => Any(operation.NameTokens, words) || Any(operation.PathTokens, words);

    private static bool Any(string[] tokens, FrozenSet<string> words)
    {
        foreach (var token in tokens)
        {
            if (words.Contains(token))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Phrase(string[] tokens, string first, string second)
    {
        for (var i = 0; i + 1 < tokens.Length; i++)
        {
            if (tokens[i] == first && tokens[i + 1] == second)
            {
                return true;
            }
        }

        return false;
    }
}
