namespace ApeTest.Targets.Oracles;

/// <summary>
/// What one session's conditions captured, by scope: the goal's own, and one for each alternative and each <c>not</c>, which sees what is
/// around it and is not seen from there. Behind them the session's data.
/// </summary>
internal sealed class ScopedValues
{
    /// <summary>The scope of what is not kept.</summary>
    public const int Nowhere = -1;

    private readonly IReadOnlyList<int> _parents;
    private readonly Func<string, string?>? _data;
    private readonly Dictionary<string, string>?[] _captured;
    private readonly Func<string, string?>?[] _lookups;

    public ScopedValues(IReadOnlyList<int> parents, Func<string, string?>? data)
    {
        _parents = parents;
        _data = data;
        _captured = new Dictionary<string, string>?[parents.Count];
        _lookups = new Func<string, string?>?[parents.Count];
        _captured[0] = new Dictionary<string, string>(StringComparer.Ordinal);
    }

    /// <summary>What the goal's own conditions captured.</summary>
    public IReadOnlyDictionary<string, string> Outermost => _captured[0]!;

    /// <summary>How a scope looks up a name; null for what is not known.</summary>
    public Func<string, string?> In(int scope) => _lookups[scope] ??= name => Find(name, scope);

    public void Keep(int scope, string name, string value)
    {
        if (scope != Nowhere)
        {
            (_captured[scope] ??= new Dictionary<string, string>(StringComparer.Ordinal))[name] = value;
        }
    }

    /// <summary>Makes what a scope captured known around it.</summary>
    public void Publish(int scope)
    {
        if (_captured[scope] is { } captured)
        {
            foreach (var (name, value) in captured)
            {
                Keep(_parents[scope], name, value);
            }
        }
    }

    private string? Find(string name, int scope)
    {
        for (var at = scope; at >= 0; at = _parents[at])
        {
            if (_captured[at]?.GetValueOrDefault(name) is { } value)
            {
                return value;
            }
        }
        return _data?.Invoke(name);
    }
}
