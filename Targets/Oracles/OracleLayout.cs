namespace ApeTest.Targets.Oracles;

/// <summary>Gives the conditions of one goal their places in what a session keeps of them.</summary>
internal sealed class OracleLayout
{
    private readonly List<int> _parents = [-1];

    /// <summary>How many conditions there are.</summary>
    public int Count { get; private set; }

    /// <summary>The scope around each scope of captured values; -1 around the goal's own, which is 0.</summary>
    public IReadOnlyList<int> Parents => _parents;

    /// <summary>The operations that conditions name.</summary>
    public HashSet<string> Operations { get; } = new(StringComparer.Ordinal);

    public int NextIndex() => Count++;

    public int NextScope(int parent)
    {
        _parents.Add(parent);
        return _parents.Count - 1;
    }
}
