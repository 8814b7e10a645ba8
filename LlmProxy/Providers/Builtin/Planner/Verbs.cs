using System.Collections.Frozen;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>Everyday verbs and what sort of doing each is, with those that have a particle: "take ... out", "give ... back".</summary>
internal static class Verbs
{
    public const string CheckIn = "check";
    public const string Turn = "turn";

    private static readonly FrozenDictionary<string, IntentKind> Known = Table();
    private static readonly FrozenSet<string> Particles = Words.Set("out off back away in on up down over");
    private static readonly FrozenSet<string> Going = Words.Set("again please now then of from for");

    /// <summary>Whether a word is a verb of the table.</summary>
    public static bool Contains(string stem) => Known.ContainsKey(stem);

    public static bool TryGet(string stem, out IntentKind kind) => Known.TryGetValue(stem, out kind);

    /// <summary>A verb whose particle follows it at once: "log in", "look at".</summary>
    public static (IntentKind Kind, string Verb, string Particle)? Phrasal(string stem, string next) => (stem, next) switch
    {
        ("log" or "sign", "in" or "on") => (IntentKind.Login, "login", ""),
        ("log" or "sign", "out" or "off") => (IntentKind.Logout, "logout", ""),
        ("sign", "up") => (IntentKind.Register, "register", ""),
        ("check", "out") => (IntentKind.Create, "checkout", ""),
        ("check", "in") => (IntentKind.Act, CheckIn, "in"),
        ("look", "at" or "into") => (IntentKind.Read, "view", ""),
        ("look" or "search", "up" or "for" or "through") or ("brows", "through") or ("find", "out") => (IntentKind.Read, "find", ""),
        ("top", "up") => (IntentKind.Create, "deposit", ""),
        ("ask" or "appli" or "request", "for") => (IntentKind.Create, stem, ""),
        ("set", "up") => (IntentKind.Create, "set", ""),
        ("get", "back") => (IntentKind.Act, "return", ""),
        ("get", "rid") or ("call", "off") or ("throw", "away" or "out") => (IntentKind.Delete, stem == "call" ? "cancel" : "remov", ""),
        ("give" or "bring" or "hand" or "take" or "send", "back") => (IntentKind.Act, "return", ""),
        ("tick" or "check" or "cross", "off") => (IntentKind.Act, "complet", ""),
        ("turn" or "switch", "on" or "off") => (IntentKind.Update, Turn, next),
        ("turn", "down") => (IntentKind.Update, "lower", ""),
        ("turn", "up") => (IntentKind.Update, "rais", ""),
        _ => null,
    };

    /// <summary>
    /// A verb whose particle stands behind its object: "take the press out again", "tick it off". Null where the clause has none; else also where
    /// the particle is.
    /// </summary>
    /// <param name="clause">The clause.</param>
    /// <param name="at">Where its verb is.</param>
    /// <param name="hasCart">Whether things can be taken out of a cart.</param>
    public static (IntentKind Kind, string Verb, string Particle, int At)? Separated(List<GoalToken> clause, int at, bool hasCart)
    {
        for (var i = at + 2; i < clause.Count; i++)
        {
            if (clause[i].Kind != TokenKind.Word || !Particles.Contains(clause[i].Stem) || (i + 1 < clause.Count && !Going.Contains(clause[i + 1].Stem)))
            {
                continue;
            }

            (IntentKind, string, string)? found = (clause[at].Stem, clause[i].Text.ToLowerInvariant()) switch
            {
                ("take" or "put" or "throw" or "get", "out" or "off" or "away") => (IntentKind.Delete, "remov", ""),
                ("put", "back") when hasCart => (IntentKind.Delete, "remov", ""),
                ("give" or "bring" or "hand" or "take" or "send" or "get" or "carri", "back") => (IntentKind.Act, "return", ""),
                ("call", "off") => (IntentKind.Delete, "cancel", ""),
                ("tick" or "cross" or "check" or "mark", "off") => (IntentKind.Act, "complet", ""),
                ("check", "in") => (IntentKind.Act, CheckIn, "in"),
                ("sign", "up") => (IntentKind.Create, "enroll", ""),
                ("turn" or "switch", "on" or "off") => (IntentKind.Update, Turn, clause[i].Text.ToLowerInvariant()),
                ("turn", "up") => (IntentKind.Update, "rais", ""),
                ("turn", "down") => (IntentKind.Update, "lower", ""),
                _ => null,
            };
            if (found is var (kind, verb, with))
            {
                return (kind, verb, with, i);
            }
        }

        return null;
    }

    private static FrozenDictionary<string, IntentKind> Table()
    {
        var table = new Dictionary<string, IntentKind>(StringComparer.Ordinal);
        Add(IntentKind.Login, "login signin authenticate");
        Add(IntentKind.Logout, "logout signout");
        Add(IntentKind.Register, "register signup");
        Add(IntentKind.Buy, "buy purchase order shop acquire");
        Add(IntentKind.Create, "create add make book reserve borrow rent hire loan send transfer pay deposit withdraw post submit write file place put "
            + "schedule enroll enrol join subscribe upload invite comment rate review like reply answer react start open issue request apply lend donate checkout wire report plan leave attach hold remit ask");
        Add(IntentKind.Act, "return complete close reopen finish resolve confirm approve accept reject decline extend renew mark activate deactivate archive publish "
            + "lock unlock pause resume stop redeem claim assign move give");
        Add(IntentKind.Update, "update change edit rename set modify raise lower increase decrease correct reschedule replace");
        Add(IntentKind.Delete, "delete remove cancel discard clear drop unsubscribe void revoke release");
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
