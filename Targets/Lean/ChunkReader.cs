namespace ApeTest.Targets.Lean;

/// <summary>Where the data of a chunked body lies (RFC 9112, section 7.1). Extensions and trailers are read past, within bounds.</summary>
internal struct ChunkReader
{
    private const int MostLine = 16 * 1024;
    private const int MostTrailers = 64 * 1024;

    private Place _place;
    private long _left;
    private int _digits;
    private int _read;

    private enum Place
    {
        Size, Extension, Data, DataEnd, TrailerStart, Trailer, Done,
    }

    /// <summary>Whether the last chunk and its trailers were read.</summary>
    public readonly bool IsComplete => _place == Place.Done;

    /// <summary>What is wrong; null for nothing.</summary>
    public string? Error { get; private set; }

    /// <summary>Reads on from <paramref name="at"/>, up to the end of the next piece of data; its place and its length, 0 where none came.</summary>
    public int Next(byte[] buffer, ref int at, int end, out int from)
    {
        from = at;
        while (at < end && _place != Place.Done && Error is null)
        {
            if (_place == Place.Data)
            {
                from = at;
                var length = (int)Math.Min(end - at, _left);
                at += length;
                _left -= length;
                if (_left == 0)
                {
                    _place = Place.DataEnd;
                    _read = 0;
                }
                return length;
            }
            Step(buffer[at++]);
        }
        return 0;
    }

    private void Step(byte value)
    {
        _read++;
        switch (_place)
        {
            case Place.Size when Digit(value) is >= 0 and var digit:
                if (++_digits > 16 || _left > long.MaxValue >> 4)
                {
                    Error = "the size of a chunk is too large";
                    return;
                }
                _left = (_left << 4) | (uint)digit;
                return;
            case Place.Size when _digits == 0:
                Error = "a chunk begins with no size";
                return;
            case Place.Size when value == '\n':
            case Place.Extension when value == '\n':
                (_place, _digits, _read) = (_left == 0 ? Place.TrailerStart : Place.Data, 0, 0);
                return;
            case Place.Size when value is (byte)';' or (byte)' ' or (byte)'\t' or (byte)'\r':
                _place = Place.Extension;
                return;
            case Place.Size:
                Error = "the size of a chunk is no number";
                return;
            case Place.Extension:
                Error = _read > MostLine ? $"the line of a chunk's size is longer than {MostLine} bytes" : null;
                return;
            case Place.DataEnd when value == '\n':
                (_place, _read) = (Place.Size, 0);
                return;
            case Place.DataEnd when value != '\r' || _read > 1:
                Error = "a chunk does not end where its size says";
                return;
            case Place.TrailerStart when value == '\n':
                _place = Place.Done;
                return;
            case Place.TrailerStart when value != '\r':
                _place = Place.Trailer;
                return;
            case Place.Trailer when value == '\n':
                _place = Place.TrailerStart;
                return;
            case Place.Trailer when _read > MostTrailers:
                Error = $"its trailers are longer than {MostTrailers} bytes";
                return;
        }
    }

    private static int Digit(byte value) => value switch
    {
        >= (byte)'0' and <= (byte)'9' => value - '0',
        >= (byte)'a' and <= (byte)'f' => value - 'a' + 10,
        >= (byte)'A' and <= (byte)'F' => value - 'A' + 10,
        _ => -1,
    };
}
