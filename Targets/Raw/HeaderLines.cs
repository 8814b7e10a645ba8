namespace ApeTest.Targets.Raw;

/// <summary>Goes through header lines, each <c>Name: value\r\n</c>.</summary>
internal ref struct HeaderLines(ReadOnlySpan<byte> lines)
{
    private ReadOnlySpan<byte> _rest = lines;

    /// <summary>The line with its end.</summary>
    public ReadOnlySpan<byte> Line { get; private set; }

    /// <summary>Name of the header.</summary>
    public ReadOnlySpan<byte> Name { get; private set; }

    /// <summary>Its value.</summary>
    public readonly ReadOnlySpan<byte> Value => Line[Math.Min(Name.Length + 1, Line.Length)..].Trim(" \t\r\n"u8);

    /// <summary>Goes to the next; false after the last.</summary>
    public bool MoveNext()
    {
        if (_rest.IsEmpty)
        {
            return false;
        }
        var end = _rest.IndexOf((byte)'\n');
        Line = end < 0 ? _rest : _rest[..(end + 1)];
        _rest = _rest[Line.Length..];
        var colon = Line.IndexOf((byte)':');
        Name = colon < 0 ? Line : Line[..colon];
        return true;
    }
}
