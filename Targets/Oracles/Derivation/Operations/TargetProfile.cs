using System.Collections.Immutable;
using ApeTest.Targets.OpenApi;
using ApeTest.Targets.Oracles.Derivation.Language;
using ApeTest.Targets.Tools;

namespace ApeTest.Targets.Oracles.Derivation.Operations;

/// <summary>The operations of a target, profiled, without those that begin and end sessions: they prove nothing.</summary>
internal sealed class TargetProfile
{
    private static readonly HashSet<string> SessionWords = new(StringComparer.Ordinal)
    {
        "login", "logout", "logon", "logoff", "signin", "signout", "token", "tokens", "refresh", "authenticate", "oauth", "authorize", "introspect", "csrf",
    };

    private static readonly string[] Secrets = ["password", "pin", "secret", "otp", "passcode", "credential"];

    private static readonly ImmutableArray<ImmutableArray<string>> Synonyms =
    [
        ["cart", "basket", "bag", "trolley"], ["user", "account", "customer", "member", "profile"], ["task", "todo", "item"],
        ["photo", "picture", "image"], ["post", "article", "entry", "thread", "topic"], ["film", "movie"], ["favourite", "favorite"], ["flat", "apartment"],
        ["ticket", "issue", "seat"], ["loan", "checkout"], ["note", "memo"], ["message", "mail"], ["employee", "worker"], ["repo", "repository"], ["enrolment", "enrollment"], ["doc", "document"], ["appointment", "slot"],
    ];

    private readonly HashSet<string> _nouns = new(StringComparer.Ordinal);
    private readonly HashSet<string> _resources = new(StringComparer.Ordinal);
    private readonly HashSet<string> _fields = new(StringComparer.Ordinal);

    public TargetProfile(ToolCatalog catalog)
    {
        Vocabulary = new Vocabulary(catalog.Operations);
        var reader = new ProfileReader(Vocabulary, new CreatedReads(catalog));
        var all = catalog.Operations.Select(reader.Read).ToList();
        foreach (var profile in all)
        {
            _nouns.UnionWith(profile.Own);
            _fields.UnionWith(profile.Fields);
            if (profile.Resource is { } resource)
            {
                _resources.Add(resource);
                _resources.UnionWith(profile.Own.Where(noun => resource.EndsWith(noun, StringComparison.Ordinal)));
            }
            _nouns.UnionWith(OperationNames.Segments(profile.Operation).Where(static segment => !OperationNames.IsParameter(segment))
                .SelectMany(static segment => WordForms.Split(segment)).Select(WordForms.Singular));
            foreach (var name in PathTemplate.Names(profile.Operation.Path))
            {
                _nouns.UnionWith(WordForms.Split(name).Where(static word => word is not ("id" or "uuid" or "number" or "code" or "slug" or "key" or "name")));
            }
        }
        var sessions = all.Where(IsSession).ToList();
        StateChanging = [.. all.Where(profile => profile.Operation.IsChanging && !sessions.Contains(profile) && !IsSearch(profile))];
        Reads = [.. all.Where(profile => profile.Operation.Method == HttpMethod.Get && !sessions.Contains(profile))];
    }

    /// <summary>Verbs that goals for this target may use.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>Operations that change state.</summary>
    public ImmutableArray<OperationProfile> StateChanging { get; }

    /// <summary>Operations that read.</summary>
    public ImmutableArray<OperationProfile> Reads { get; }

    /// <summary>Whether the target has such a thing.</summary>
    public bool Knows(string noun) => _nouns.Contains(noun);

    /// <summary>Whether a path of the target is about such a thing.</summary>
    public bool IsResource(string noun) => _resources.Contains(noun);

    /// <summary>Whether such a thing is a part of another: a field of a request.</summary>
    public bool IsField(string noun) => _fields.Contains(noun);

    /// <summary>The target's word for a noun: <c>cart</c> for <c>basket</c> where it has only carts.</summary>
    public string Own(string noun)
    {
        if (Knows(noun))
        {
            return noun;
        }
        foreach (var same in Synonyms)
        {
            if (same.Contains(noun) && same.Where(Knows).ToList() is [var known])
            {
                return known;
            }
        }
        return noun;
    }

    private static bool IsSearch(OperationProfile profile) =>
        profile.Operation.Method == HttpMethod.Post && profile.Verbs.Count > 0 && profile.Verbs.All(static verb => verb.Kind is VerbKind.Read);

    private static bool IsSession(OperationProfile profile)
    {
        var operation = profile.Operation;
        var last = OperationNames.Segments(operation).LastOrDefault(static segment => !OperationNames.IsParameter(segment)) ?? "";
        if (profile.Verbs.Any(static verb => verb.Kind is VerbKind.Session) || WordForms.Split(last).Any(SessionWords.Contains)
            || SessionWords.Contains(string.Concat(WordForms.Split(last))) || OperationNames.Words(operation).Any(SessionWords.Contains))
        {
            return true;
        }
        // A session of the caller, not of a course: it is opened with a secret or answers a token, and closed without an id.
        return profile.Resource == "session"
            && (profile.Fields.Any(static field => Secrets.Any(secret => field.Contains(secret, StringComparison.Ordinal)))
                || CreatedReads.Body(operation).Keys.Any(static name => name.Contains("token", StringComparison.OrdinalIgnoreCase))
                || (operation.Method == HttpMethod.Delete && !operation.Path.EndsWith('}')));
    }
}
