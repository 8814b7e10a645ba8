namespace ApeTest.Targets.Journeys;

/// <summary>
/// Values of one agent, one behind the other in one array that its sessions reuse. At most <see cref="MostOfValue"/> bytes a value and
/// <see cref="MostOfSession"/> together. An agent that keeps nothing has no array. Not thread-safe.
/// </summary>
internal sealed class ValueArena(int slots)
{
    /// <summary>Most bytes of one value.</summary>
    public const int MostOfValue = 16 * 1024;

    /// <summary>Most bytes of all values of a session.</summary>
    public const int MostOfSession = 64 * 1024;

    private const int Smallest = 128;

    // Length -1: none.
    private (int Start, int Length)[] _places = [];
    private byte[] _bytes = [];
    private int _end;
    private int _used;

    /// <summary>The value; false for none.</summary>
    public bool TryGet(int slot, out ReadOnlySpan<byte> value)
    {
        if (_places.Length == 0 || _places[slot] is not { Length: >= 0 } place)
        {
            value = default;
            return false;
        }
        value = _bytes.AsSpan(place.Start, place.Length);
        return true;
    }

    /// <summary>Keeps a value in place of another; false where it is too long or too many are kept.</summary>
    public bool TrySet(int slot, ReadOnlySpan<byte> value)
    {
        if (value.Length > MostOfValue)
        {
            return false;
        }
        if (_places.Length == 0)
        {
            _places = new (int, int)[slots];
            Array.Fill(_places, (0, -1));
        }
        var before = _places[slot];
        var used = _used - Math.Max(before.Length, 0) + value.Length;
        if (used > MostOfSession)
        {
            return false;
        }
        _used = used;
        if (before.Length < value.Length)
        {
            _places[slot].Length = -1;
            if (_end + value.Length > _bytes.Length)
            {
                Grow(used);
            }
            _places[slot].Start = _end;
            _end += value.Length;
        }
        value.CopyTo(_bytes.AsSpan(_places[slot].Start));
        _places[slot].Length = value.Length;
        return true;
    }

    /// <summary>Removes all values and takes those of another; null for none.</summary>
    public void Restore(ValueArena? kept)
    {
        (_end, _used) = (0, 0);
        Array.Fill(_places, (0, -1));
        for (var slot = 0; slot < kept?._places.Length; slot++)
        {
            if (kept.TryGet(slot, out var value))
            {
                TrySet(slot, value);
            }
        }
    }

    private void Grow(int used)
    {
        // A value that a loop replaces by a longer one leaves a gap: where gaps are the most of it, the array is long enough.
        var bytes = new byte[Math.Max(Math.Max(Smallest, _bytes.Length), used * 3 / 2)];
        var end = 0;
        for (var slot = 0; slot < _places.Length; slot++)
        {
            if (TryGet(slot, out var value))
            {
                value.CopyTo(bytes.AsSpan(end));
                _places[slot].Start = end;
                end += value.Length;
            }
        }
        (_bytes, _end) = (bytes, end);
    }
}
