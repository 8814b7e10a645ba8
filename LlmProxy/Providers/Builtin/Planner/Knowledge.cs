using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ApeTest.LlmProxy.Providers.Builtin.Planner;

/// <summary>What the session has seen so far.</summary>
internal sealed class Knowledge
{
    private const int MaxThings = 2000;
    private const int MaxDepth = 4;

    private static readonly FrozenSet<string> Containers = Words.Set(
        "items data results result content records list values value entries hits rows page elements embedded resources payload response");

    private static readonly FrozenSet<string> CursorNames = FrozenSet.Create("next", "nextcursor", "nextpagetoken", "nexttoken", "continuation", "continuationtoken", "endcursor", "after", "cursor", "nextmarker");

    private readonly Dictionary<string, int> _calls = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _answered = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _failures = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _more = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _cursors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _listed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _shown = new(StringComparer.Ordinal);
    private JsonObject _context = [];

    public List<Thing> Things { get; } = [];

    /// <summary>What was spoken of last, by noun: "it", "the task".</summary>
    public Dictionary<string, Thing> Focus { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether this very call was made and answered for good.</summary>
    public bool WasMade(string key) => _calls.ContainsKey(key);

    /// <summary>Whether a listing says that there are further pages; null when it does not say.</summary>
    public bool? HasMore(string key) => _more.TryGetValue(key, out var more) ? more : null;

    /// <summary>How many calls of an operation were answered for good.</summary>
    public int Answered(string operation) => _answered.GetValueOrDefault(operation);

    /// <summary>What a listing says to ask for its next page with; null for nothing.</summary>
    public string? Cursor(string key) => _cursors.GetValueOrDefault(key);

    /// <summary>How many things a listing showed; 0 when it was not made.</summary>
    public int Count(string key) => _counts.GetValueOrDefault(key);

    public void Absorb(Operation operation, JsonObject arguments, string key, Observation answer, string alias)
    {
        if (answer.IsPassing && _failures.GetValueOrDefault(key) < 2)
        {
            _failures[key] = _failures.GetValueOrDefault(key) + 1; // to be sent again
            return;
        }

        _calls[key] = 1;
        _answered[operation.Name] = _answered.GetValueOrDefault(operation.Name) + 1;
        if (!answer.Succeeded)
        {
            return;
        }

        var before = Things.Count;
        var made = !operation.IsRead && operation.Method != "DELETE";
        HashSet<string> nouns = [operation.Noun];
        if (operation.Parent.Length > 0 && !operation.IsRead && !operation.EndsWithParameter)
        {
            nouns.Add(operation.Parent); // /loans/{id}/return answers with the loan
        }

        if (alias.Length > 0)
        {
            nouns.Add(alias);
        }

        _context = Context(operation, arguments, made);
        Walk(answer.Body, nouns, made, operation.Name, 0, operation.IsCollection);
        if (made && answer.Location.Length > 0 && Things.Count == before)
        {
            var last = answer.Location.TrimEnd('/').Split('/', '?')[^1];
            Add(nouns, JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["id"] = last }), true, operation.Name);
        }

        var fresh = 0;
        for (var i = before; i < Things.Count; i++)
        {
            fresh += _shown.Add(operation.Name + " " + Things[i].Key) ? 1 : 0;
        }

        // A page that shows what was shown already says that there are no pages.
        _counts[key] = arguments.Any(pair => IsPlace(pair.Key)) ? fresh : Things.Count - before;
        if (operation.IsCollection && answer.Body.ValueKind == JsonValueKind.Object)
        {
            NoteMore(operation, arguments, key, answer.Body);
        }
    }

    private static bool IsPlace(string parameter) => parameter.Contains("page", StringComparison.OrdinalIgnoreCase) || parameter.ToLowerInvariant() is "offset" or "skip" or "start" or "cursor" or "after";

    // {"total":7,...}, {"totalPages":3,"page":1}, {"next":"..."}, {"hasMore":true}; the same inside "meta" or "page".
    private void NoteMore(Operation operation, JsonObject arguments, string key, JsonElement body)
    {
        var filters = operation.Name + string.Join('&', arguments.Where(pair => !IsPlace(pair.Key)));
        var listed = _listed[filters] = _listed.GetValueOrDefault(filters) + Longest(body);
        var inner = body.EnumerateObject().Where(property => property.Value.ValueKind == JsonValueKind.Object && !IsContainer(property.Name))
            .SelectMany(property => property.Value.EnumerateObject());
        foreach (var property in body.EnumerateObject().Concat(inner))
        {
            var name = string.Concat(Words.Parts(property.Name));
            if (property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number && CursorNames.Contains(name) && property.Value.ToString() is { Length: > 0 and < 512 } cursor)
            {
                // Some give the address of the next page, with the cursor in it.
                _cursors[key] = cursor.IndexOf("cursor=", StringComparison.Ordinal) is >= 0 and var at ? Uri.UnescapeDataString(cursor[(at + 7)..].Split('&')[0]) : cursor;
                _more[key] = true;
            }
        }

        foreach (var property in body.EnumerateObject().Concat(inner))
        {
            var name = string.Concat(Words.Parts(property.Name));
            if (property.Value.ValueKind == JsonValueKind.Number && name is "total" or "totalcount" or "totalitems" or "totalelements" or "totalresults" or "count")
            {
                _more[key] = property.Value.GetDouble() > listed && Longest(body) > 0;
                return;
            }

            if (CursorNames.Contains(name) || name is "nextpage" or "hasmore" or "hasnext")
            {
                _more[key] = property.Value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) && property.Value.ToString().Length > 0;
                return;
            }
        }
    }

    private static int Longest(JsonElement body) =>
        body.EnumerateObject().Select(property => property.Value.ValueKind == JsonValueKind.Array ? property.Value.GetArrayLength()
            : property.Value.ValueKind == JsonValueKind.Object ? property.Value.EnumerateObject().Select(inner => inner.Value.ValueKind == JsonValueKind.Array ? inner.Value.GetArrayLength() : 0).DefaultIfEmpty().Max() : 0)
            .DefaultIfEmpty().Max();

    /// <summary>The latest value that a response gave under a name.</summary>
    public JsonElement? Named(string name, string type)
    {
        for (var i = Things.Count - 1; i >= 0; i--)
        {
            if (Things[i].Value.ValueKind != JsonValueKind.Object)
            {
                continue;
            }

            foreach (var property in Things[i].Value.EnumerateObject())
            {
                if (property.Name.Equals(name, StringComparison.OrdinalIgnoreCase) && Fits(property.Value, type))
                {
                    return property.Value;
                }
            }
        }

        return null;
    }

    private static bool Fits(JsonElement value, string type) => value.ValueKind switch
    {
        JsonValueKind.String => type is "string" or "",
        JsonValueKind.Number => type is "integer" or "number" or "string" or "",
        JsonValueKind.True or JsonValueKind.False => type is "boolean",
        _ => false,
    };

    private void Walk(JsonElement value, HashSet<string> nouns, bool made, string source, int depth, bool isListing)
    {
        if (depth > MaxDepth)
        {
            return;
        }

        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
            {
                if (item.ValueKind == JsonValueKind.Object)
                {
                    Walk(item, nouns, made, source, depth + 1, false);
                }
            }

            return;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        var wraps = value.EnumerateObject().Any(property => property.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object
            && IsContainer(property.Name))
            && !value.EnumerateObject().Any(property => property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number && Words.Split(property.Name) is { Length: > 0 } tokens && tokens[^1] == "id" && (tokens.Length == 1 || nouns.Contains(tokens[^2])));
        // {"reservation":{...}}: the thing is inside.
        wraps |= depth == 0 && value.EnumerateObject().Count(property => property.Value.ValueKind == JsonValueKind.Object) == 1
            && !value.EnumerateObject().Any(property => property.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number)
            && value.EnumerateObject().Any(property => property.Value.ValueKind == JsonValueKind.Object);
        var isMap = isListing && !wraps && value.EnumerateObject().All(static property => property.Value.ValueKind == JsonValueKind.Object);
        if (!wraps && !isListing)
        {
            Add(nouns, value, made, source);
        }

        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
            {
                continue;
            }

            var stem = Words.Split(property.Name).LastOrDefault() ?? "";
            var inside = IsContainer(property.Name) ? new HashSet<string>(nouns) { stem } : [stem];
            // What lies inside is what the listing lists: {"books":[...]} under /search, {"B1":{...},"B2":{...}}
            if (isListing && (property.Value.ValueKind == JsonValueKind.Array || isMap))
            {
                inside.UnionWith(nouns);
            }

            Walk(property.Value, inside, made && wraps, source, depth + 1, false);
        }
    }

    private static bool IsContainer(string name) => Words.Split(name) is { Length: 1 } tokens && Containers.Contains(tokens[0]);

    private void Add(HashSet<string> nouns, JsonElement value, bool made, string source)
    {
        if (Things.Count < MaxThings)
        {
            value = Resources.Flatten(value);
            Things.Add(new Thing(nouns, Merge(value), made, source)
            {
                Lent = _context.Count == 0 ? [] : [.. _context.Select(pair => pair.Key).Where(name => value.ValueKind != JsonValueKind.Object || !value.TryGetProperty(name, out _))],
            });
        }
    }

    // What a thing was made with, and where it lies, belongs to it even where the answer does not repeat it.
    private static JsonObject Context(Operation operation, JsonObject arguments, bool made)
    {
        var context = new JsonObject();
        foreach (var (name, value) in arguments)
        {
            var parameter = Array.Find(operation.Parameters, parameter => parameter.Name == name);
            if (value is JsonValue && parameter is not null && (parameter.InPath || (made && !parameter.IsPassword)))
            {
                context[name] = value.DeepClone();
            }
        }

        return context;
    }

    private JsonElement Merge(JsonElement value)
    {
        if (_context.Count == 0 || value.ValueKind != JsonValueKind.Object || _context.All(pair => value.TryGetProperty(pair.Key, out _)))
        {
            return value;
        }

        var merged = new JsonObject();
        foreach (var property in value.EnumerateObject())
        {
            merged[property.Name] = JsonNode.Parse(property.Value.GetRawText());
        }

        foreach (var (name, node) in _context)
        {
            if (!merged.ContainsKey(name))
            {
                merged[name] = node?.DeepClone();
            }
        }

        return JsonSerializer.SerializeToElement(merged);
    }
}
