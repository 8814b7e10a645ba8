using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>The tools of a request, understood once: sessions of a run send the same list with every request.</summary>
internal sealed class ToolSet
{
    private const int MaxCached = 64;
    private static ToolSet[] _cache = [];

    private const int MaxGoals = 1024;

    private readonly byte[] _utf8;
    private readonly Dictionary<string, Operation> _byName;
    private readonly Lazy<IReadOnlySet<string>> _vocabulary;
    private readonly Lazy<Dictionary<string, HashSet<string>>> _choices;
    private readonly ConcurrentDictionary<string, (IReadOnlyList<Intent> Intents, Credentials? Credentials)> _goals = new(StringComparer.Ordinal);

    private ToolSet(byte[] utf8, IReadOnlyList<Operation> operations, bool canFinish, bool hasHttp, bool hasPages)
    {
        _utf8 = utf8;
        Id = Convert.ToHexString(SHA256.HashData(utf8));
        Operations = operations;
        CanFinish = canFinish;
        HasHttp = hasHttp;
        HasPages = hasPages;
        _byName = operations.ToDictionary(operation => operation.Name, StringComparer.Ordinal);
        Collections = operations.Where(operation => operation.IsCollection).Select(operation => operation.Noun)
            .Concat(operations.Where(operation => operation.EndsWithParameter).Select(operation => operation.Noun))
            .ToHashSet(StringComparer.Ordinal);
        _vocabulary = new Lazy<IReadOnlySet<string>>(() => operations.SelectMany(operation => (IEnumerable<string>)[
            .. operation.NameTokens, .. operation.PathTokens, .. operation.SummaryTokens,
            .. operation.All.SelectMany(parameter => (IEnumerable<string>)[.. parameter.Tokens, .. parameter.Enum.SelectMany(Words.Split)])]).ToHashSet(StringComparer.Ordinal));
        _choices = new Lazy<Dictionary<string, HashSet<string>>>(() => operations
            .SelectMany(operation => operation.All.SelectMany(parameter => parameter.Enum).SelectMany(Words.Split).Select(stem => (stem, operation.Noun)))
            .GroupBy(entry => entry.stem, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Select(entry => entry.Noun).ToHashSet(StringComparer.Ordinal), StringComparer.Ordinal));
        Matcher = new IntentMatcher(this);
        foreach (var parameter in operations.SelectMany(operation => operation.Parameters))
        {
            parameter.RecogniseCollections(Collections);
        }

        foreach (var (key, nouns) in ForeignKeys(operations))
        {
            foreach (var parameter in operations.SelectMany(operation => operation.All))
            {
                parameter.RecogniseForeignKey(key, nouns);
            }
        }

        // PUT /orders/{id}/technician with a badge: the one thing it asks for tells which technician, where the API lists those elsewhere.
        foreach (var operation in operations.Where(operation => operation is { IsRead: false, Parent.Length: > 0, EndsWithParameter: false } && operation.Noun != operation.Parent
            && operations.Any(other => other is { IsCollection: true, Parent.Length: 0 } && other.Noun == operation.Noun) && !operations.Any(other => other.IsRead && other.Path == operation.Path)))
        {
            if (operation.Parameters.Where(parameter => parameter is { InPath: false, Required: true }).ToList() is [var only])
            {
                only.RecogniseOwnKey(operation.Noun);
            }
        }

        // "sku" is the id of what is searched for, whatever that is called.
        var searched = operations.Where(operation => operation.IsCollection && operation.Path.Contains('/', StringComparison.Ordinal) && !operation.Path.Contains('{', StringComparison.Ordinal))
            .OrderByDescending(operation => operation.Parameters.Length).Select(operation => operation.Noun).FirstOrDefault();
        foreach (var operation in operations.Where(operation => !operation.IsRead && searched is not null && (operation.Noun != searched || operation.EndsWithParameter || operation.Parent.Length > 0)))
        {
            foreach (var parameter in operation.Parameters)
            {
                parameter.RecogniseKeys(searched!, operations.Any(other => other.IsCollection && other.Noun == parameter.Noun));
            }
        }
    }

    // {iban} of /accounts/{iban}, and what else is made with one.
    private IEnumerable<(string Key, IReadOnlyList<string> Nouns)> ForeignKeys(IReadOnlyList<Operation> operations)
    {
        var owned = operations.Where(operation => operation.EndsWithParameter && operation.IsRead)
            .Select(operation => (Key: operation.Parameters.LastOrDefault(parameter => parameter.InPath)?.Tokens is [var only] && !Parameter.IsKeyWord(only) ? only : "", operation.Noun))
            .Concat(Collections.Contains("account") ? [("iban", "account")] : [])
            .Where(owner => owner.Key.Length > 0 && owner.Key != owner.Noun && !Collections.Contains(owner.Key)).DistinctBy(owner => owner.Key);
        foreach (var (key, noun) in owned)
        {
            var carriers = operations.Where(operation => operation is { Method: "POST", EndsWithParameter: false } && operation.Noun != noun && Collections.Contains(operation.Noun)
                && operation.Parameters.Any(parameter => parameter.Tokens is [var only] && only == key)).Select(operation => operation.Noun).Distinct();
            yield return (key, [noun, .. carriers]);
        }
    }

    /// <summary>Digest of the list.</summary>
    public string Id { get; }

    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Stems of what the API keeps many of.</summary>
    public IReadOnlySet<string> Collections { get; }

    /// <summary>Stems of all that the API speaks of: names, paths, summaries, parameters and their choices.</summary>
    public IReadOnlySet<string> Vocabulary => _vocabulary.Value;

    /// <summary>Which operation does what a goal wants.</summary>
    public IntentMatcher Matcher { get; }

    /// <summary>Whether <c>finish</c> is offered.</summary>
    public bool CanFinish { get; }

    /// <summary>Whether the generic <c>http_*</c> tools are offered.</summary>
    public bool HasHttp { get; }

    /// <summary>Whether <c>page_follow</c> and <c>page_submit</c> are offered.</summary>
    public bool HasPages { get; }

    /// <summary>Whether a word is a choice that parameters of operations have which are not about a <paramref name="noun"/>: <c>stalls</c> of seats, asked for an event.</summary>
    public bool IsChoiceOfOther(string stem, string noun) => _choices.Value.TryGetValue(stem, out var nouns) && !nouns.Contains(noun);

    /// <summary>Whether a word is a choice that a parameter of an operation about a <paramref name="noun"/> has: a kind of it, or a state.</summary>
    public bool IsChoiceOf(string stem, string noun) => _choices.Value.TryGetValue(stem, out var nouns) && nouns.Contains(noun);

    /// <summary>Whether a word of the goal means a noun of the API: a word that the API itself uses for another thing does not.</summary>
    public bool Means(string stem, string noun) => stem == noun || (!Collections.Contains(stem) && Words.Related(stem, noun));

    /// <summary>Whether a word is the first half of what a noun is called: "work" of <c>/work-orders</c>.</summary>
    public bool IsPartOf(string stem, string noun)
    {
        foreach (var operation in Operations)
        {
            var at = operation.Noun == noun ? Array.IndexOf(operation.PathTokens, noun) : -1;
            if (at > 0 && operation.PathTokens[at - 1] == stem && !Collections.Contains(stem))
            {
                return true;
            }
        }

        return false;
    }

    public Operation? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>What a goal wants of these tools. Every decision of a session asks with the same text.</summary>
    public (IReadOnlyList<Intent> Intents, Credentials? Credentials) Understand(string goal)
    {
        if (_goals.TryGetValue(goal, out var known))
        {
            return known;
        }

        if (_goals.Count >= MaxGoals)
        {
            _goals.Clear();
        }

        return _goals[goal] = new GoalReader(this).Read(goal);
    }

    /// <summary>The list that <paramref name="utf8"/> begins with, if it was understood before; null otherwise.</summary>
    public static ToolSet? Known(ReadOnlySpan<byte> utf8)
    {
        foreach (var set in Volatile.Read(ref _cache))
        {
            if (utf8.StartsWith(set._utf8))
            {
                return set;
            }
        }

        return null;
    }

    /// <summary>Understands a list of tools.</summary>
    public static ToolSet Read(ReadOnlySpan<byte> utf8)
    {
        var set = Read(utf8.ToArray());
        // Of two that come at once one is kept. 64 different APIs in one process are rare, and understanding one again costs a millisecond.
        var cache = Volatile.Read(ref _cache);
        Volatile.Write(ref _cache, [set, .. cache.Take(MaxCached - 1)]);
        return set;
    }

    private static ToolSet Read(byte[] utf8)
    {
        var tools = JsonElement.Parse(utf8);
        Dictionary<string, Operation> operations = new(StringComparer.Ordinal);
        var (canFinish, hasHttp, hasPages) = (false, false, false);
        foreach (var tool in tools.EnumerateArray())
        {
            if (!tool.TryGetProperty("function", out var function))
            {
                continue;
            }

            var name = function.GetProperty("name").GetString()!;
            if (name is "finish" or "state_update" or "state_get" or "session_start" or "page_follow" or "page_submit" || name.StartsWith("http_", StringComparison.Ordinal))
            {
                canFinish |= name == "finish";
                hasHttp |= name == "http_get";
                hasPages |= name == "page_submit";
                continue;
            }

            var description = function.TryGetProperty("description", out var text) ? text.GetString() ?? "" : "";
            var schema = function.TryGetProperty("parameters", out var parameters) ? parameters : default;
            operations[name] = Operation.Read(name, description, schema);
        }

        return new ToolSet(utf8, [.. operations.Values], canFinish, hasHttp, hasPages);
    }
}
