using System.Text;

namespace ApeTest.Targets.Raw;

/// <summary>The headers of an answer: places in a block of bytes. Reused; names compare without case.</summary>
public sealed class RawHeaders
{
    private const int Usual = 12;
    private const int MostKept = 64;

    private readonly List<(int Name, int NameLength, int Value, int ValueLength)> _fields = new(Usual);
    private ReadOnlyMemory<byte> _block;

    /// <summary>Number of headers.</summary>
    public int Count => _fields.Count;

    /// <summary>The block that places are in; set before the first <see cref="Add"/>, and again where the bytes have moved.</summary>
    public void SetBlock(ReadOnlyMemory<byte> block) => _block = block;

    /// <summary>Adds a header by its places in the block.</summary>
    public void Add(int name, int nameLength, int value, int valueLength) => _fields.Add((name, nameLength, value, valueLength));

    /// <summary>The last header's value has this length in fact: it went on in the next line.</summary>
    internal void Extend(int valueLength) => _fields[^1] = _fields[^1] with { ValueLength = valueLength };

    /// <summary>Name of a header, as sent.</summary>
    public ReadOnlySpan<byte> Name(int index) => _block.Span.Slice(_fields[index].Name, _fields[index].NameLength);

    /// <summary>Value of a header, without white space around it.</summary>
    public ReadOnlySpan<byte> Value(int index) => _block.Span.Slice(_fields[index].Value, _fields[index].ValueLength);

    /// <summary>First value of a header; false where it is not there.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        for (var i = 0; i < _fields.Count; i++)
        {
            if (_fields[i].NameLength == name.Length && Ascii.EqualsIgnoreCase(Name(i), name))
            {
                value = Value(i);
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <summary>Removes all. What a hostile answer made it grow to is given back.</summary>
    public void Clear()
    {
        _fields.Clear();
        if (_fields.Capacity > MostKept)
        {
            _fields.Capacity = Usual;
        }
        _block = default;
    }
}
