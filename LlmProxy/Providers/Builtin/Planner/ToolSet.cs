using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>The tools of a request, understood once: sessions of a run send the same list with every request.</summary>
internal sealed class ToolSet
{
    private const int MaxCached = 64;
    private static readonly ConcurrentDictionary<string, ToolSet> Cache = new(StringComparer.Ordinal);

    private const int MaxGoals = 1024;

    private readonly Dictionary<string, Operation> _byName;
    private readonly ConcurrentDictionary<string, (IReadOnlyList<Intent> Intents, Credentials? Credentials)> _goals = new(StringComparer.Ordinal);

    private ToolSet(IReadOnlyList<Operation> operations, bool canFinish, bool hasHttp, bool hasPages)
    {
        Operations = operations;
        CanFinish = canFinish;
        HasHttp = hasHttp;
        HasPages = hasPages;
        _byName = operations.ToDictionary(operation => operation.Name, StringComparer.Ordinal);
        Collections = operations.Where(operation => operation.IsCollection).Select(operation => operation.Noun)
            .Concat(operations.Where(operation => operation.EndsWithParameter).Select(operation => operation.Noun))
            .ToHashSet(StringComparer.Ordinal);
        Matcher = new IntentMatcher(this);
        foreach (var parameter in operations.SelectMany(operation => operation.Parameters))
        {
            parameter.RecogniseCollections(Collections);
        }

        // "sku" is the id of what is searched for, whatever that is called.
        var searched = operations.Where(operation => operation.IsCollection && operation.Path.Contains('/', StringComparison.Ordinal) && !operation.Path.Contains('{', StringComparison.Ordinal))
            .OrderByDescending(operation => operation.Parameters.Length).Select(operation => operation.Noun).FirstOrDefault();
        foreach (var parameter in operations.Where(operation => !operation.IsRead && searched is not null).SelectMany(operation => operation.Parameters))
        {
            parameter.RecogniseKeys(searched!);
        }
    }

    public IReadOnlyList<Operation> Operations { get; }

    /// <summary>Stems of what the API keeps many of.</summary>
    public IReadOnlySet<string> Collections { get; }

    /// <summary>Which operation does what a goal wants.</summary>
    public IntentMatcher Matcher { get; }

    /// <summary>Whether <c>finish</c> is offered.</summary>
    public bool CanFinish { get; }

    /// <summary>Whether the generic <c>http_*</c> tools are offered.</summary>
    public bool HasHttp { get; }

    /// <summary>Whether <c>page_follow</c> and <c>page_submit</c> are offered.</summary>
    public bool HasPages { get; }

    /// <summary>Whether a word of the goal means a noun of the API: a word that the API itself uses for another thing does not.</summary>
    public bool Means(string stem, string noun) => stem == noun || (!Collections.Contains(stem) && Words.Related(stem, noun));

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

    public static ToolSet Read(JsonElement tools, ReadOnlySpan<byte> utf8)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8, digest);
        var key = Convert.ToHexString(digest);
        if (Cache.TryGetValue(key, out var known))
        {
            return known;
        }

        if (Cache.Count >= MaxCached)
        {
            Cache.Clear(); // rare: 64 different APIs in one process; understanding one again costs a millisecond
        }

        return Cache[key] = Read(tools.Clone());
    }

    private static ToolSet Read(JsonElement tools)
    {
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

        return new ToolSet([.. operations.Values], canFinish, hasHttp, hasPages);
    }
}
