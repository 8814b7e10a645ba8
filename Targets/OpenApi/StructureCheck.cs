using System.Text;
using System.Text.Json.Nodes;

namespace ApeTest.Targets.OpenApi;

/// <summary>
/// Checks all that the operations of a document reach, before any of it is made a tool: each part is of the kind that OpenAPI asks for and
/// every reference leads to something. Unknown fields and absent optional ones are no errors: public documents are full of them.
/// </summary>
internal sealed class StructureCheck(DocumentReferences references)
{
    private const int MaxErrors = 10;

    private static readonly string[] Places = ["path", "query", "header", "cookie"];

    private readonly List<string> _errors = [];
    private readonly List<string> _path = ["$"];
    private readonly HashSet<JsonNode> _seen = new(ReferenceEqualityComparer.Instance);

    /// <summary>Schemas that references lead to. A queue: a chain of a hundred thousand of them must not take as much stack.</summary>
    private readonly Queue<(JsonNode Schema, string Reference)> _due = new();

    private int _more;

    /// <summary>At most ten errors, each <c>$.place: what is wrong</c>, and how many more there are.</summary>
    public (IReadOnlyList<string> Errors, int More) Check(JsonObject paths)
    {
        At("paths", paths, node => Each(node, CheckPathItem));
        while (_due.TryDequeue(out var due))
        {
            _path.Clear();
            _path.Add("$" + due.Reference[1..].Replace('/', '.'));
            CheckSchema(due.Schema);
        }
        return (_errors, _more);
    }

    private void CheckPathItem(JsonNode? node)
    {
        if (_path[^1].StartsWith("x-", StringComparison.Ordinal) || !TryResolve(node, out var item))
        {
            return;
        }
        if (!_path[^1].StartsWith('/'))
        {
            Add("a path must begin with '/'");
        }
        At("parameters", item["parameters"], list => CheckList(list, CheckParameter));
        foreach (var method in OpenApiImporter.Methods)
        {
            // Beside a $ref a path item may have operations of its own.
            At(method, node![method] ?? item[method], CheckOperation);
        }
    }

    private void CheckOperation(JsonNode? node)
    {
        if (!IsObject(node, out var operation))
        {
            return;
        }
        At("parameters", operation["parameters"], node => CheckList(node, CheckParameter));
        At("requestBody", operation["requestBody"], CheckBody);
        At("responses", operation["responses"], node => Each(node, CheckBody));
        At("tags", operation["tags"], node => CheckList(node, static _ => { }));
        At("security", operation["security"], node => CheckList(node, static _ => { }));
    }

    private void CheckParameter(JsonNode? node)
    {
        if (!TryResolve(node, out var parameter))
        {
            return;
        }
        if (SchemaKeywords.Text(parameter["name"]) is not { Length: > 0 } name)
        {
            Add("a parameter has no name");
            return;
        }
        if (SchemaKeywords.Text(parameter["in"]) is not { } place || !Places.Contains(place))
        {
            Add($"parameter '{name}': its `in` must be one of {string.Join(", ", Places)}");
        }
        At("schema", parameter["schema"], CheckSchema);
        At("content", parameter["content"], node => Each(node, CheckMedia));
    }

    /// <summary>A request body, or a response: what they share is <c>content</c>.</summary>
    private void CheckBody(JsonNode? node)
    {
        if (!_path[^1].StartsWith("x-", StringComparison.Ordinal) && TryResolve(node, out var body))
        {
            At("content", body["content"], node => Each(node, CheckMedia));
        }
    }

    private void CheckMedia(JsonNode? node)
    {
        if (IsObject(node, out var media))
        {
            At("schema", media["schema"], CheckSchema);
        }
    }

    private void CheckSchema(JsonNode? node)
    {
        if (node is JsonValue value && value.TryGetValue<bool>(out _))
        {
            return;
        }
        if (node is not JsonObject schema)
        {
            Add("a schema must be an object or a boolean");
            return;
        }
        if (!_seen.Add(schema))
        {
            return;
        }
        if (SchemaKeywords.Text(schema["$ref"]) is { } reference)
        {
            CheckReference(schema, reference);
        }
        foreach (var (name, inner) in schema)
        {
            if (inner is null)
            {
                continue;
            }
            if (SchemaKeywords.Schema.Contains(name))
            {
                At(name, inner, inner is JsonArray && name == "items" ? node => CheckList(node, CheckSchema) : CheckSchema);
            }
            else if (SchemaKeywords.Map.Contains(name))
            {
                At(name, inner, node => Each(node, CheckSchema));
            }
            else if (SchemaKeywords.List.Contains(name))
            {
                At(name, inner, node => CheckList(node, CheckSchema));
            }
        }
    }

    private void CheckReference(JsonObject schema, string reference)
    {
        try
        {
            references.Resolve(schema);
            if (references.Find(reference) is { } target)
            {
                _due.Enqueue((target, reference));
            }
        }
        catch (FormatException exception)
        {
            Add(exception.Message);
        }
    }

    private bool TryResolve(JsonNode? node, out JsonObject resolved)
    {
        resolved = [];
        try
        {
            if (references.Resolve(node) is not { } found)
            {
                Add("must be an object");
                return false;
            }
            resolved = found;
            // What several places share is checked at the first of them.
            return _seen.Add(found);
        }
        catch (FormatException exception)
        {
            Add(exception.Message);
            return false;
        }
    }

    private bool IsObject(JsonNode? node, out JsonObject map)
    {
        map = node as JsonObject ?? [];
        if (node is not JsonObject)
        {
            Add("must be an object");
        }
        return node is JsonObject;
    }

    private void Each(JsonNode? node, Action<JsonNode?> check)
    {
        if (IsObject(node, out var map))
        {
            foreach (var (name, value) in map)
            {
                if (value is not null)
                {
                    _path.Add(name);
                    check(value);
                    _path.RemoveAt(_path.Count - 1);
                }
            }
        }
    }

    private void CheckList(JsonNode? node, Action<JsonNode?> check)
    {
        if (node is not JsonArray list)
        {
            Add("must be an array");
            return;
        }
        foreach (var item in list)
        {
            check(item);
        }
    }

    /// <summary>Checks a part; an absent one, or <c>null</c> as YAML writes an empty one, holds.</summary>
    private void At(string name, JsonNode? node, Action<JsonNode?> check)
    {
        if (node is not null)
        {
            _path.Add(name);
            check(node);
            _path.RemoveAt(_path.Count - 1);
        }
    }

    private void Add(string error)
    {
        if (_errors.Count == MaxErrors)
        {
            _more++;
            return;
        }
        var place = new StringBuilder(_path[0]);
        foreach (var step in _path.Skip(1))
        {
            _ = step.Length > 0 && step.All(static c => char.IsLetterOrDigit(c) || c is '_' or '-') ? place.Append('.').Append(step) : place.Append("['").Append(step).Append("']");
        }
        _errors.Add($"{place}: {error}");
    }
}
