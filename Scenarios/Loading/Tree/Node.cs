namespace ApeTest.Scenarios.Loading.Tree;

/// <summary>A node of the one tree into which file, environment and command line are merged.</summary>
internal abstract class Node(Origin origin)
{
    public Origin Origin { get; } = origin;

    /// <summary>What it is, for "must be ... (got ...)".</summary>
    public abstract string Description { get; }

    /// <summary>Whether it is an explicit or implied null, which means: not set.</summary>
    public virtual bool IsNull => false;

    /// <summary>A copy that shares nothing; adds the number of its nodes to <paramref name="count"/>.</summary>
    public abstract Node Clone(ref int count);
}

/// <summary>Kind of a scalar by YAML's core schema, which holds for JSON too.</summary>
internal enum ScalarKind
{
    Text,
    Integer,
    Number,
    Boolean,
    Null,
}

/// <summary>A scalar.</summary>
internal sealed class ScalarNode(Origin origin, string text, ScalarKind kind) : Node(origin)
{
    public string Text { get; } = text;

    public ScalarKind Kind { get; } = kind;

    /// <summary>Whether it was typed without types: everything from the environment and the command line is text.</summary>
    public bool IsUntyped => Origin.Kind is OriginKind.Environment or OriginKind.CommandLine;

    public override bool IsNull => Kind is ScalarKind.Null;

    public override string Description => Kind switch
    {
        ScalarKind.Integer or ScalarKind.Number => $"the number {Quote.Plain(Text)}",
        ScalarKind.Boolean => $"the boolean {Text}",
        ScalarKind.Null => "nothing",
        _ => $"the text {Quote.Text(Text)}",
    };

    public override Node Clone(ref int count)
    {
        count++;
        return this;
    }

    public static ScalarKind KindOf(string plain) => plain switch
    {
        "" or "~" or "null" or "Null" or "NULL" => ScalarKind.Null,
        "true" or "True" or "TRUE" or "false" or "False" or "FALSE" => ScalarKind.Boolean,
        _ => NumberKind(plain),
    };

    private static ScalarKind NumberKind(string plain)
    {
        var digits = plain.AsSpan(plain[0] is '-' or '+' ? 1 : 0);
        if (digits.IsEmpty || !(char.IsAsciiDigit(digits[0]) || digits[0] == '.'))
        {
            return ScalarKind.Text;
        }
        return digits.IndexOfAnyExceptInRange('0', '9') < 0
            ? ScalarKind.Integer
            : double.TryParse(digits, System.Globalization.NumberStyles.AllowDecimalPoint | System.Globalization.NumberStyles.AllowExponent,
                System.Globalization.CultureInfo.InvariantCulture, out _) ? ScalarKind.Number : ScalarKind.Text;
    }
}

/// <summary>A list.</summary>
internal sealed class SequenceNode(Origin origin) : Node(origin)
{
    public List<Node> Items { get; } = [];

    public override string Description => "a list";

    public override Node Clone(ref int count)
    {
        count++;
        var copy = new SequenceNode(Origin);
        foreach (var item in Items)
        {
            copy.Items.Add(item.Clone(ref count));
        }
        return copy;
    }
}

/// <summary>A mapping with its entries in order; keys are unique.</summary>
internal sealed class MappingNode(Origin origin) : Node(origin)
{
    private readonly Dictionary<string, int> _index = new(StringComparer.Ordinal);
    private readonly List<MappingEntry> _entries = [];

    public IReadOnlyList<MappingEntry> Entries => _entries;

    public override string Description => "a mapping";

    public Node? this[string key] => _index.TryGetValue(key, out var index) ? _entries[index].Value : null;

    /// <summary>The entry's key position; false where there is none.</summary>
    public bool TryGet(string key, out MappingEntry entry)
    {
        var found = _index.TryGetValue(key, out var index);
        entry = found ? _entries[index] : default;
        return found;
    }

    /// <summary>Adds the entry or replaces the value of its key.</summary>
    public void Set(string key, Origin keyOrigin, Node value)
    {
        if (_index.TryGetValue(key, out var index))
        {
            _entries[index] = new MappingEntry(key, keyOrigin, value);
            return;
        }
        _index.Add(key, _entries.Count);
        _entries.Add(new MappingEntry(key, keyOrigin, value));
    }

    public override Node Clone(ref int count)
    {
        count++;
        var copy = new MappingNode(Origin);
        foreach (var (key, origin, value) in _entries)
        {
            copy.Set(key, origin, value.Clone(ref count));
        }
        return copy;
    }
}

/// <summary>One entry of a mapping.</summary>
internal readonly record struct MappingEntry(string Key, Origin KeyOrigin, Node Value);
