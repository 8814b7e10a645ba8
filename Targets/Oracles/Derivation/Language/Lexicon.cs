using System.Collections.Frozen;
using System.Collections.Immutable;

namespace ApeTest.Targets.Oracles.Derivation.Language;

/// <summary>Verbs of everyday goals. Small on purpose: what a target calls its own operations is added to it (<see cref="Vocabulary"/>).</summary>
internal static class Lexicon
{
    /// <summary>Name of the group of verbs that make what their object names.</summary>
    public const string Making = "create";

    private static readonly FrozenDictionary<string, Verb> Verbs = All().ToFrozenDictionary(static verb => verb.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<(string, string), string> Particles = new Dictionary<(string, string), string>
    {
        [("log", "in")] = "login", [("log", "on")] = "login", [("sign", "in")] = "login", [("sign", "on")] = "login",
        [("log", "out")] = "logout", [("log", "off")] = "logout", [("sign", "out")] = "logout", [("sign", "off")] = "logout",
        [("sign", "up")] = "signup", [("check", "out")] = "checkout", [("check", "in")] = "checkin", [("set", "up")] = "create",
        [("top", "up")] = "deposit", [("pay", "in")] = "deposit", [("give", "back")] = "return", [("bring", "back")] = "return",
        [("hand", "back")] = "return", [("take", "back")] = "return", [("send", "back")] = "return", [("call", "off")] = "cancel",
        [("tick", "off")] = "complete", [("check", "off")] = "complete", [("cross", "off")] = "complete", [("pay", "off")] = "pay",
        [("fill", "in")] = "fill", [("fill", "out")] = "fill", [("look", "up")] = "look", [("look", "for")] = "look",
        [("pick", "up")] = "pickup", [("throw", "away")] = "discard", [("get", "rid")] = "discard",
    }.ToFrozenDictionary();

    /// <summary>Words that are nouns as often as verbs.</summary>
    public static FrozenSet<string> AlsoNouns { get; } = Set("""
        order book post comment review list return like share rate report view search check look message email text file record log
        schedule plan deposit transfer change update set pay vote reply answer hold issue save draft purchase reserve hire lease rent
        loan show read note use try start end stop visit pick sort filter type print download upload star follow block report copy
        place open close invite refund claim register mark move request offer bid tip label tag pin lock login logout checkout signup
        cancel host track rating charge exchange trade ship release
        """);

    /// <summary>The verb; null for an unknown one.</summary>
    public static Verb? Find(string name) => Verbs.GetValueOrDefault(name);

    /// <summary>The verb that two words make: <c>log out</c>; null for none.</summary>
    public static string? Joined(string verb, string particle) => Particles.GetValueOrDefault((verb, particle));

    /// <summary>Deeds whose record has that name: <c>borrow</c> for <c>loan</c>.</summary>
    public static IEnumerable<Verb> Recorded(string noun) =>
        Verbs.Values.Where(verb => verb.Records.Contains(noun)).OrderByDescending(verb => verb.IsCognate(noun)).ThenBy(static verb => verb.Name, StringComparer.Ordinal);

    private static IEnumerable<Verb> All() =>
    [
        .. Kind(VerbKind.Session, "login logout logon logoff signin signout authenticate"),
        .. Kind(VerbKind.Read, """
            search find browse look view read list show see get fetch inspect examine display retrieve query count download preview
            watch load lookup export
            """),
        .. Kind(VerbKind.Neutral, """
            go visit navigate choose pick select filter sort compare use try wait note remember ensure verify have want need stay click
            scroll enter type fill provide calculate explore discover identify locate determine know learn listen print say tell explain
            summarise summarize stop quit exit leave continue proceed be is are do act behave imagine pretend take keep let end
            decide think consider ask log switch walk head turn begin help report repeat check pickup confirm give sign start
            receive shop spend pretend aim land hover tap press come arrive work focus prefer
            """),

        .. Group(Making, VerbKind.Make, "create add make post write submit publish file record schedule put insert draft compose raise issue plan place build generate define organise organize arrange launch host request offer"),
        .. Group(Making, VerbKind.Make, "open save new", isSoft: true),
        .. Group("change", VerbKind.Change, "update change edit modify adjust alter correct fix rename replace move reschedule mark amend set"),
        .. Group("delete", VerbKind.Remove, "delete remove erase discard destroy drop"),

        .. Deed("buy", "buy purchase order checkout", "order purchase sale checkout"),
        .. Deed("reserve", "book reserve", "booking reservation appointment"),
        .. Deed("borrow", "borrow loan lend", "loan borrowing lending"),
        .. Deed("rent", "rent hire lease", "rental hire lease"),
        .. Deed("pay", "pay settle", "payment"),
        .. Deed("transfer", "transfer wire", "transfer transaction"),
        .. Deed("deposit", "deposit", "deposit transaction"),
        .. Deed("withdraw", "withdraw", "withdrawal transaction"),
        .. Deed("exchange", "exchange trade swap", "exchange trade swap"),
        .. Deed("register", "register signup join", "registration signup user account customer member", VerbKind.Make),
        .. Deed("enrol", "enrol enroll", "enrolment enrollment registration"),
        .. Deed("subscribe", "subscribe", "subscription"),
        .. Deed("comment", "comment", "comment"),
        .. Deed("reply", "reply answer respond", "reply answer response comment"),
        .. Deed("review", "review rate", "review rating"),
        .. Deed("vote", "vote upvote", "vote"),
        .. Deed("like", "like", "like"),
        .. Deed("star", "star favourite favorite bookmark", "star favourite favorite bookmark"),
        .. Deed("follow", "follow", "follow follower following"),
        .. Deed("send", "send message email text", "message email", VerbKind.Make),
        .. Deed("upload", "upload attach", "upload attachment file", VerbKind.Make),
        .. Deed("invite", "invite", "invitation invite", VerbKind.Make),
        .. Deed("apply", "apply", "application"),
        .. Deed("donate", "donate", "donation"),
        .. Deed("bid", "bid", "bid"),
        .. Deed("refund", "refund", "refund"),
        .. Deed("redeem", "redeem", "redemption"),
        .. Deed("return", "return", "return"),
        .. Deed("renew", "renew extend prolong", "renewal extension"),
        .. Deed("clear", "clear empty purge", "", VerbKind.Remove),
        .. Deed("cancel", "cancel revoke", "cancellation", VerbKind.Remove),
        .. Deed("complete", "complete finish", "completion", VerbKind.Change),
        // A ticket that is solved may be open still.
        .. Deed("close", "close", "", VerbKind.Change),
        .. Deed("resolve", "resolve", "", VerbKind.Change),
        .. Deed("reopen", "reopen", "", VerbKind.Change),
        .. Deed("assign", "assign", "assignment", VerbKind.Change),
        .. Deed("approve", "approve accept", "approval", VerbKind.Change),
        .. Deed("reject", "reject decline", "rejection", VerbKind.Change),
        .. Deed("archive", "archive", "", VerbKind.Change),
        .. Deed("activate", "activate enable", "activation", VerbKind.Change),
        .. Deed("deactivate", "deactivate disable", "", VerbKind.Change),
        .. Deed("pause", "pause suspend", "", VerbKind.Change),
        .. Deed("resume", "resume", "", VerbKind.Change),
        .. Deed("ship", "ship dispatch", "shipment", VerbKind.Change),
        .. Deed("lock", "lock", "lock"),
        .. Deed("block", "block ban", "block ban"),
        .. Deed("share", "share", "share"),
        .. Deed("pin", "pin", "pin"),
        .. Deed("tag", "tag label", "tag label"),
        .. Deed("copy", "copy clone duplicate", "copy clone duplicate"),
        .. Deed("merge", "merge", "merge"),
        .. Deed("claim", "claim", "claim"),
        .. Deed("reset", "reset", ""),
        .. Deed("checkin", "checkin", ""),
        .. Deed("import", "import", "import"),
    ];

    private static IEnumerable<Verb> Kind(VerbKind kind, string names) => Set(names).Select(name => new Verb(name, kind, [], [], VerbKind.Neutral));

    private static IEnumerable<Verb> Group(string group, VerbKind kind, string names, bool isSoft = false) =>
        Set(names).Select(name => new Verb(name, kind, [group], [], VerbKind.Neutral, isSoft));

    // A library checks books out, a shop checks carts out.
    private static IEnumerable<Verb> Deed(string group, string names, string records, VerbKind fallback = VerbKind.Neutral) =>
        Set(names).Select(name => new Verb(name, VerbKind.Deed, name == "checkout" ? [group, "borrow"] : [group], [.. Set(records)], fallback));

    private static FrozenSet<string> Set(string words) =>
        words.Split([' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
}
