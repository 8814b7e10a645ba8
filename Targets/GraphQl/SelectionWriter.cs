using System.Text;

namespace ApeTest.Targets.GraphQl;

/// <summary>
/// Chooses what a query asks for: all that is told by its name alone, and what that leads to, to a bounded depth. A type is not entered
/// again below itself, and a field that needs arguments is left out.
/// </summary>
internal sealed class SelectionWriter(GraphQlSchema schema)
{
    /// <summary>Deepest selection below the operation's own: <c>orders { edges { node { product { id } } } }</c>.</summary>
    private const int MaxDepth = 4;

    /// <summary>Most fields of one query; servers count them as its cost.</summary>
    private const int MaxFields = 120;

    /// <summary>Most object types of an interface or union that are asked for.</summary>
    private const int MaxPossible = 5;

    private readonly Stack<string> _path = [];
    private int _fields;

    /// <summary>The selection of a type with its braces; empty for a type that is selected by name alone.</summary>
    public string Of(TypeReference type)
    {
        var text = new StringBuilder();
        if (schema.Find(type.Name) is { IsLeaf: false } named)
        {
            Write(text, named);
        }
        return text.ToString();
    }

    private void Write(StringBuilder text, GraphQlType type)
    {
        _path.Push(type.Name);
        text.Append(" {");
        var start = text.Length;
        if (type.Kind is "INTERFACE" or "UNION")
        {
            Add(text, "__typename");
        }
        var selected = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var field in type.Fields.Where(field => IsLeaf(field) && field.NeedsNothing))
        {
            if (Add(text, field.Name))
            {
                selected[field.Name] = field.Type.ToString();
            }
        }
        WritePossible(text, type, selected);
        foreach (var field in type.Fields)
        {
            if (!IsLeaf(field) && field.NeedsNothing && _path.Count < MaxDepth && _fields < MaxFields
                && schema.Find(field.Type.Name) is { } nested && !_path.Contains(nested.Name))
            {
                Add(text, field.Name);
                Write(text, nested);
            }
        }
        if (text.Length == start)
        {
            // A selection may not be empty.
            text.Append(" __typename");
        }
        text.Append(" }");
        _path.Pop();
    }

    /// <summary>
    /// What the possible types have by name alone. Where two of them call things of different types the same, the server would refuse the
    /// query (section 5.3.2), so the first one holds.
    /// </summary>
    private void WritePossible(StringBuilder text, GraphQlType type, Dictionary<string, string> selected)
    {
        foreach (var possible in type.Possible.Take(MaxPossible).Select(schema.Find).OfType<GraphQlType>())
        {
            var own = possible.Fields
                .Where(field => IsLeaf(field) && field.NeedsNothing && !(type.Kind == "INTERFACE" && type.Fields.Any(shared => shared.Name == field.Name)))
                .Where(field => selected.TryAdd(field.Name, field.Type.ToString()) || selected[field.Name] == field.Type.ToString())
                .ToList();
            if (own.Count > 0 && _fields < MaxFields)
            {
                text.Append(" ... on ").Append(possible.Name).Append(" {");
                own.ForEach(field => Add(text, field.Name));
                // The room may have ended within.
                text.Append(text[^1] == '{' ? " __typename }" : " }");
            }
        }
    }

    private bool Add(StringBuilder text, string field)
    {
        if (_fields >= MaxFields)
        {
            return false;
        }
        _fields++;
        text.Append(' ').Append(field);
        return true;
    }

    private bool IsLeaf(GraphQlField field) => schema.Find(field.Type.Name) is not { } type || type.IsLeaf;
}
