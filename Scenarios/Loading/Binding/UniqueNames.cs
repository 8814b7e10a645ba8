using System.Globalization;

namespace ApeTest.Scenarios.Loading.Binding;

/// <summary>Names of the items of one list: unique, and <c>{prefix}-{index from 1}</c> where none is given.</summary>
/// <param name="prefix">What an item is.</param>
/// <param name="others">Another list whose names these must differ from; null: none.</param>
internal sealed class UniqueNames(string prefix, UniqueNames? others = null)
{
    private readonly HashSet<string> _seen = others?._seen ?? new HashSet<string>(StringComparer.Ordinal);
    private int _count;

    /// <summary>Name of the next item by default.</summary>
    public string Default => $"{prefix}-{(_count + 1).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Counts the item and refuses a name that was there before.</summary>
    public string Check(ObjectReader reader, string name)
    {
        _count++;
        if (!_seen.Add(name))
        {
            reader.Error(reader.Take("name"), "name", $"the name `{name}` is given twice", $"Each {prefix} needs a name of its own.");
        }
        return name;
    }
}
