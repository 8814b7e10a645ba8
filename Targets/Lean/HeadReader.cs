using System.Buffers;
using System.Text;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Lean;

/// <summary>What says where an answer's body ends (RFC 9112, section 6.3).</summary>
internal enum Framing
{
    /// <summary>It has none.</summary>
    None,

    /// <summary>Its length.</summary>
    Length,

    /// <summary>Its last chunk.</summary>
    Chunked,

    /// <summary>The end of the connection.</summary>
    UntilClose,
}

/// <summary>Reads an answer's status line and headers, line by line, past answers that are not the last (1xx). A line may end in a bare line feed, and be folded.</summary>
internal struct HeadReader
{
    /// <summary>Most bytes of a head, as of the general transport.</summary>
    public const int MostBytes = 64 * 1024;

    private const int MostHeaders = 1000;

    private static readonly SearchValues<byte> TokenBytes =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"u8);

    private static readonly SearchValues<byte> Forbidden = SearchValues.Create("\r\0"u8);

    private int _line;
    private int _seen;
    private int _value;
    private bool _hasStatus;
    private bool _hasLength;
    private bool _hasCoding;
    private bool _isChunked;
    private bool _isNew;
    private bool _closes;
    private bool _keeps;
    private bool _lastFrames;

    /// <summary>Status, once it was read.</summary>
    public int Status { get; private set; }

    /// <summary>How its body ends.</summary>
    public Framing Framing { get; private set; }

    /// <summary>Length of the body where that is declared; otherwise 0.</summary>
    public long Length { get; private set; }

    /// <summary>Whether the connection stays after the answer.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>Where the head ends in its block.</summary>
    public int End { get; private set; }

    /// <summary>What is wrong; null for nothing.</summary>
    public string? Error { get; private set; }

    /// <summary>A new head that begins there.</summary>
    public void Start(int at) => this = new HeadReader { _line = at, _seen = at };

    /// <summary>Reads on in <paramref name="block"/>, which ends at <paramref name="end"/> so far. True where the head is complete.</summary>
    public bool Read(byte[] block, int end, RawExchange exchange, bool isHead)
    {
        while (Error is null)
        {
            var feed = block.AsSpan(_seen, end - _seen).IndexOf((byte)'\n');
            if (feed < 0)
            {
                _seen = end;
                return false;
            }
            var stop = _seen + feed;
            _seen = stop + 1;
            if (stop > _line && block[stop - 1] == '\r')
            {
                stop--;
            }
            var line = block.AsSpan(_line, stop - _line);
            if (!_hasStatus)
            {
                ReadStatus(line);
            }
            else if (line.IsEmpty)
            {
                if (Status >= 200 || Status == 101)
                {
                    Conclude(isHead);
                    return Error is null;
                }
                Start(_seen);
                exchange.Headers.Clear();
                continue;
            }
            else if (line[0] is (byte)' ' or (byte)'\t')
            {
                Fold(block, stop, exchange.Headers);
            }
            else
            {
                ReadHeader(line, exchange.Headers);
            }
            _line = _seen;
        }
        return false;
    }

    private void ReadStatus(ReadOnlySpan<byte> line)
    {
        // HTTP/1.1 200 OK
        if (line.Length < 12 || !line.StartsWith("HTTP/1."u8) || !char.IsAsciiDigit((char)line[7]) || line[8] != ' '
            || (line.Length > 12 && line[12] != ' '))
        {
            Error = "it does not begin with a status line of HTTP/1";
            return;
        }
        var (a, b, c) = (line[9] - '0', line[10] - '0', line[11] - '0');
        if (a is < 1 or > 9 || b is < 0 or > 9 || c is < 0 or > 9)
        {
            Error = "its status is no number of three digits";
            return;
        }
        Status = a * 100 + b * 10 + c;
        _isNew = line[7] != '0';
        _hasStatus = true;
    }

    private void ReadHeader(ReadOnlySpan<byte> line, RawHeaders headers)
    {
        var colon = line.IndexOfAnyExcept(TokenBytes);
        if (colon <= 0 || line[colon] != ':')
        {
            Error = "a header's name holds a character that may not stand there, or has no value";
            return;
        }
        var from = colon + 1;
        var until = line.Length;
        while (from < until && line[from] is (byte)' ' or (byte)'\t')
        {
            from++;
        }
        while (until > from && line[until - 1] is (byte)' ' or (byte)'\t')
        {
            until--;
        }
        var value = line[from..until];
        if (value.ContainsAny(Forbidden))
        {
            Error = "a header's value holds a control character";
            return;
        }
        if (headers.Count == MostHeaders)
        {
            Error = $"it has more than {MostHeaders} headers";
            return;
        }
        _value = _line + from;
        headers.Add(_line, colon, _value, value.Length);
        _lastFrames = false;
        var name = line[..colon];
        switch (colon)
        {
            case 10 when Ascii.EqualsIgnoreCase(name, "connection"u8):
                _lastFrames = true;
                ReadConnection(value);
                break;
            case 14 when Ascii.EqualsIgnoreCase(name, "content-length"u8):
                _lastFrames = true;
                ReadLength(value);
                break;
            case 17 when Ascii.EqualsIgnoreCase(name, "transfer-encoding"u8):
                _lastFrames = true;
                _hasCoding = true;
                // Only the last coding frames the message; another one than chunked would have to be undone.
                var comma = value.LastIndexOf((byte)',');
                _isChunked = Ascii.EqualsIgnoreCase(value[(comma + 1)..].Trim(" \t"u8), "chunked"u8);
                if (comma >= 0 || (!_isChunked && !Ascii.EqualsIgnoreCase(value, "identity"u8)))
                {
                    Error = "its transfer coding is not chunked alone";
                }
                break;
        }
    }

    /// <summary>A line that begins with white space belongs to the value before it (obs-fold, RFC 9112, section 5.2): the break becomes blanks.</summary>
    private void Fold(byte[] block, int stop, RawHeaders headers)
    {
        if (headers.Count == 0 || _lastFrames)
        {
            Error = "a header that frames it is folded, or nothing is there to fold";
            return;
        }
        for (var i = _line - 1; i >= 0 && block[i] is (byte)'\r' or (byte)'\n'; i--)
        {
            block[i] = (byte)' ';
        }
        while (stop > _value && block[stop - 1] is (byte)' ' or (byte)'\t')
        {
            stop--;
        }
        headers.Extend(Math.Max(stop - _value, 0));
    }

    private void ReadConnection(ReadOnlySpan<byte> value)
    {
        foreach (var range in value.Split((byte)','))
        {
            var option = value[range].Trim(" \t"u8);
            _closes |= Ascii.EqualsIgnoreCase(option, "close"u8);
            _keeps |= Ascii.EqualsIgnoreCase(option, "keep-alive"u8);
        }
    }

    private void ReadLength(ReadOnlySpan<byte> value)
    {
        // "5, 5" is as valid as twice the header (RFC 9110, section 8.6).
        foreach (var range in value.Split((byte)','))
        {
            var digits = value[range].Trim(" \t"u8);
            long length = 0;
            foreach (var digit in digits)
            {
                if (digit is < (byte)'0' or > (byte)'9' || length > (long.MaxValue - 9) / 10)
                {
                    length = -1;
                    break;
                }
                length = length * 10 + digit - '0';
            }
            if (digits.IsEmpty || length < 0 || (_hasLength && length != Length))
            {
                Error = digits.IsEmpty || length < 0 ? "its Content-Length is no number" : "it has two different values of Content-Length";
                return;
            }
            (_hasLength, Length) = (true, length);
        }
    }

    private void Conclude(bool isHead)
    {
        End = _seen;
        Framing = isHead || Status is 101 or 204 or 304 ? Framing.None
            : _isChunked ? Framing.Chunked
            : _hasLength && !_hasCoding ? Framing.Length
            : Framing.UntilClose;
        if (Framing != Framing.Length)
        {
            Length = 0;
        }
        // Both a length and chunks: one of them lies, and whoever wrote it may mean the rest for another (RFC 9112, section 6.3).
        KeepsAlive = !_closes && (_isNew || _keeps) && Framing != Framing.UntilClose && Status != 101 && !(_hasCoding && _hasLength);
    }
}
