using System.Text;

namespace ApeTest.Targets.Journeys;

/// <summary>What the run's setup extracted: known in all sessions of all agents. Immutable.</summary>
public sealed class SharedValues
{
    private readonly byte[]?[] _values;

    internal SharedValues(ValueTable table, IEnumerable<KeyValuePair<string, string>> values)
    {
        _values = new byte[]?[table.Count];
        foreach (var (name, value) in values)
        {
            if (table.Find(name) is { Kind: ValueSlotKind.Extracted } slot)
            {
                _values[slot.Index] = Encoding.UTF8.GetBytes(value);
            }
        }
    }

    internal bool TryGet(int slot, out ReadOnlySpan<byte> value)
    {
        value = _values[slot];
        return _values[slot] is not null;
    }
}
