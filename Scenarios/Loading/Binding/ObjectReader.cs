using System.Collections.Immutable;
using ApeTest.Scenarios.Loading.Resolved;
using ApeTest.Scenarios.Loading.Sources;
using ApeTest.Scenarios.Loading.Tree;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>
/// Reads one object of the tree field by field. Each read checks the value, gathers what is wrong, and records the resolved value with
/// its source; <see cref="Finish"/> refuses what was not asked for.
/// </summary>
internal sealed class ObjectReader(BindContext context, MappingNode? node, Origin origin, string path, ObjectShape shape, ResolvedMapping resolved)
{
    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    public BindContext Context { get; } = context;

    /// <summary>Where the object stands, for errors on fields that are missing.</summary>
    public Origin Origin { get; } = origin;

    public string Path { get; } = path;

    public ResolvedMapping Resolved { get; } = resolved;

    /// <summary>The tree's object; null where the scenario has none.</summary>
    public MappingNode? Node { get; } = node;

    public string PathOf(string name) => FieldPath.Append(Path, name);

    /// <summary>A field's node; null where it is not set. Asking for a field that the shape does not have is a bug.</summary>
    public Node? Take(string name)
    {
        if (shape[name] is null)
        {
            throw new InvalidOperationException($"The shape of `{Path}` has no field `{name}`.");
        }
        _read.Add(name);
        return Node?[name] is { IsNull: false } value ? value : null;
    }

    public void Error(Node? at, string name, string message, string? suggestion) =>
        Context.Errors.Add(at?.Origin ?? Origin, name.Length == 0 ? Path : PathOf(name), message, suggestion);

    /// <summary>A scalar with a default.</summary>
    public T Value<T>(string name, T fallback, Rule<T> rule)
    {
        var source = Origin.Default;
        if (Take(name) is { } value)
        {
            source = value.Origin;
            if (TryRead(value, PathOf(name), rule, out var read))
            {
                fallback = read;
            }
        }
        Resolved.Add(name, new ResolvedScalar(rule.Format(fallback), rule.IsText, source.Label));
        return fallback;
    }

    /// <summary>A scalar that may be missing.</summary>
    public T? Optional<T>(string name, Rule<T> rule) where T : struct
    {
        var value = Take(name);
        T? result = value is not null && TryRead(value, PathOf(name), rule, out var read) ? read : null;
        Resolved.Add(name, new ResolvedScalar(result is { } some ? rule.Format(some) : null, rule.IsText, (value?.Origin ?? default).Label));
        return result;
    }

    /// <summary>A text or URL that may be missing.</summary>
    public T? OptionalReference<T>(string name, Rule<T> rule) where T : class
    {
        var value = Take(name);
        var result = value is not null && TryRead(value, PathOf(name), rule, out var read) ? read : null;
        Resolved.Add(name, new ResolvedScalar(result is null ? null : rule.Format(result), rule.IsText, (value?.Origin ?? default).Label));
        return result;
    }

    /// <summary>A text or URL that must be there; null with an error where it is not.</summary>
    public T? Required<T>(string name, Rule<T> rule, string message, string suggestion) where T : class
    {
        var result = OptionalReference(name, rule);
        if (Take(name) is null)
        {
            Error(null, name, message, suggestion);
        }
        return result;
    }

    /// <summary>An object; where the scenario has none, its reader gives the defaults.</summary>
    public ObjectReader Object(string name, string example)
    {
        var value = Take(name);
        var mapping = value as MappingNode;
        if (value is not null && mapping is null)
        {
            Error(value, name, $"must be a mapping (got {value.Description})", $"Write for example `{name}: {example}`.");
        }
        var child = new ResolvedMapping((value?.Origin ?? default).Label);
        Resolved.Add(name, child);
        return new ObjectReader(Context, mapping, value?.Origin ?? Origin, PathOf(name), shape[name]!.Item!, child);
    }

    /// <summary>The items of a list, each with its path; the resolved list is filled by the caller.</summary>
    public List<(Node Node, string Path)> List(string name, string example, out ResolvedSequence items)
    {
        var value = Take(name);
        items = new ResolvedSequence((value?.Origin ?? default).Label);
        Resolved.Add(name, items);
        switch (value)
        {
            case null:
                return [];
            case SequenceNode sequence:
                var path = PathOf(name);
                return [.. sequence.Items.Select((item, index) => (item, FieldPath.Append(path, index)))];
            default:
                Error(value, name, $"must be a list (got {value.Description})", $"Write for example `{name}: {example}`.");
                return [];
        }
    }

    /// <summary>A list of objects.</summary>
    public IEnumerable<ObjectReader> Objects(string name, string example)
    {
        foreach (var (item, itemPath) in List(name, $"[ {example} ]", out var items))
        {
            if (item is not MappingNode mapping)
            {
                Context.Errors.Add(item.Origin, itemPath, $"must be a mapping (got {item.Description})", $"Write for example `- {example}`.");
                continue;
            }
            var child = new ResolvedMapping(item.Origin.Label);
            items.Items.Add(child);
            yield return new ObjectReader(Context, mapping, item.Origin, itemPath, shape[name]!.Item!, child);
        }
    }

    /// <summary>A list of scalars.</summary>
    public ImmutableArray<string> Texts(string name, Rule<string> rule, string example)
    {
        var result = ImmutableArray.CreateBuilder<string>();
        foreach (var (item, itemPath) in List(name, example, out var items))
        {
            if (TryRead(item, itemPath, rule, out var text))
            {
                result.Add(text);
                items.Items.Add(new ResolvedScalar(text, true, item.Origin.Label));
            }
        }
        return result.ToImmutable();
    }

    /// <summary>The entries of a mapping with free keys; the resolved mapping is filled by the caller.</summary>
    public IReadOnlyList<MappingEntry> Map(string name, string example, out ResolvedMapping entries)
    {
        var value = Take(name);
        entries = new ResolvedMapping((value?.Origin ?? default).Label);
        Resolved.Add(name, entries);
        if (value is MappingNode mapping)
        {
            return mapping.Entries;
        }
        if (value is not null)
        {
            Error(value, name, $"must be a mapping (got {value.Description})", $"Write for example `{name}: {example}`.");
        }
        return [];
    }

    /// <summary>Reads a scalar under a rule.</summary>
    public bool TryRead<T>(Node value, string valuePath, Rule<T> rule, out T result)
    {
        result = default!;
        if (value is not ScalarNode scalar || scalar.IsNull)
        {
            Context.Errors.Add(value.Origin, valuePath, $"must be a single value (got {value.Description})", value.IsNull ? "Give it a value, or remove it." : "Write one value, without `[ ]` or `{ }`.");
            return false;
        }
        var read = rule.Read(scalar);
        if (read.Error is not null)
        {
            Context.Errors.Add(value.Origin, valuePath, read.Error, read.Suggestion);
            return false;
        }
        result = read.Value;
        return true;
    }

    /// <summary>Refuses unknown fields. A field of the shape that was never read is a bug.</summary>
    public void Finish()
    {
        foreach (var field in shape.Fields)
        {
            if (!_read.Contains(field.Name))
            {
                throw new InvalidOperationException($"The field `{PathOf(field.Name)}` of the shape is not bound.");
            }
        }
        foreach (var (key, keyOrigin, _) in Node?.Entries ?? [])
        {
            if (shape[key] is null)
            {
                var names = shape.Fields.Select(f => f.Name).Where(n => n[0] != '$').ToList();
                Context.Errors.Add(keyOrigin, PathOf(key), "unknown field", Distances.Closest(key, names) is { } close
                    ? $"Did you mean `{close}`?"
                    : $"Fields here: {string.Join(", ", names)}.");
            }
        }
    }
}
