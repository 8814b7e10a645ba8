namespace ApeTest.Scenarios.Loading.Resolved;

/// <summary>A node of the resolved scenario; what a secret was is not kept.</summary>
internal abstract class ResolvedNode;

/// <summary>A value with its source. <paramref name="Text"/> null: not set. <paramref name="IsText"/>: quoted where YAML would read it otherwise.</summary>
internal sealed class ResolvedScalar(string? text, bool isText, string source, string? note = null) : ResolvedNode
{
    public string? Text { get; } = text;

    public bool IsText { get; } = isText;

    public string Source { get; } = source;

    /// <summary>What stands behind the source in the comment; null for nothing.</summary>
    public string? Note { get; } = note;
}

/// <summary>A mapping in order.</summary>
internal sealed class ResolvedMapping(string source) : ResolvedNode
{
    public List<(string Key, ResolvedNode Value)> Entries { get; } = [];

    /// <summary>Shown only where the mapping is empty.</summary>
    public string Source { get; } = source;

    public void Add(string key, ResolvedNode value) => Entries.Add((key, value));

    /// <summary>Puts a key that is there behind the others: what is read first is not always shown first.</summary>
    public void MoveToEnd(string key)
    {
        var entry = Entries.Find(entry => entry.Key == key);
        Entries.Remove(entry);
        Entries.Add(entry);
    }

    /// <summary>Replaces the value of a key that is there.</summary>
    public void Replace(string key, ResolvedNode value) => Entries[Entries.FindIndex(entry => entry.Key == key)] = (key, value);
}

/// <summary>A list.</summary>
internal sealed class ResolvedSequence(string source) : ResolvedNode
{
    public List<ResolvedNode> Items { get; } = [];

    /// <summary>Shown only where the list is empty.</summary>
    public string Source { get; } = source;
}
