using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ApeTest.Targets.Schemas;

/// <summary>Collects errors with the path they occur at; the path is only written out when there is one.</summary>
internal sealed class SchemaErrors(int limit)
{
    private readonly List<object> _path = [];
    private readonly List<SchemaError> _errors = [];
    private readonly CheckBudget _budget = new();

    private SchemaErrors(int limit, CheckBudget budget)
        : this(limit)
    {
        _budget = budget;
    }

    /// <summary>What this check may still cost, its alternatives included.</summary>
    public CheckBudget Budget => _budget;

    public int Count => _errors.Count;

    public bool IsFull => _errors.Count >= limit;

    public void Push(string property) => _path.Add(property);

    public void Push(int index) => _path.Add(index);

    public void Pop() => _path.RemoveAt(_path.Count - 1);

    public void Add(string rule)
    {
        if (!IsFull)
        {
            _errors.Add(new SchemaError(Path(), rule));
        }
    }

    /// <summary>An empty collection at the same path, to try an alternative.</summary>
    public SchemaErrors Fork()
    {
        var fork = new SchemaErrors(limit, _budget);
        fork._path.AddRange(_path);
        return fork;
    }

    public void AddRange(SchemaErrors other)
    {
        foreach (var error in other._errors)
        {
            if (IsFull)
            {
                return;
            }
            _errors.Add(error);
        }
    }

    public int DeepestPath => _errors.Count == 0 ? 0 : _errors.Max(static error => error.Path.Length);

    public ImmutableArray<SchemaError> ToImmutable() => [.. _errors];

    /// <summary>A value in an error message: <c>string "two"</c>, shortened.</summary>
    public static string Describe(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"string {Short(value.GetRawText())}",
        JsonValueKind.Number => $"number {Short(value.GetRawText())}",
        JsonValueKind.True => "boolean true",
        JsonValueKind.False => "boolean false",
        JsonValueKind.Null => "null",
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        _ => "nothing",
    };

    public static string Short(string text) => text.Length <= 60 ? text : text[..57] + "...";

    private string Path()
    {
        var path = new StringBuilder("$");
        foreach (var step in _path)
        {
            if (step is string name)
            {
                if (name.Length > 0 && name.All(static c => char.IsLetterOrDigit(c) || c == '_'))
                {
                    path.Append('.').Append(name);
                }
                else
                {
                    path.Append("['").Append(Short(name.ReplaceLineEndings(" ")).Replace("'", "\\'", StringComparison.Ordinal)).Append("']");
                }
            }
            else
            {
                path.Append(CultureInfo.InvariantCulture, $"[{step}]");
            }
        }
        return path.ToString();
    }
}
