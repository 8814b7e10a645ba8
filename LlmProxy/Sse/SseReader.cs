using System.Buffers;

namespace ApeTest.LlmProxy.Sse;

/// <summary>
/// Cuts a byte stream into server-sent events, whatever the network did to it: split at any byte, CRLF, LF or CR, comments, several
/// data lines. Only bytes are looked at, so a cut inside a UTF-8 sequence is harmless. An event larger than the limit throws
/// <see cref="SseLimitException"/>. Format: https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
/// </summary>
internal sealed class SseReader(int maxEventBytes) : IDisposable
{
    private const int InitialSize = 8192;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(InitialSize);
    private byte[] _joined = [];
    private int _start;   // first byte of the event under way
    private int _scan;    // first byte not looked at yet
    private int _end;
    private int _line;    // first byte of the line under way
    private bool _skipLineFeed;
    private bool _began;

    /// <summary>Bytes of an event that has not ended yet.</summary>
    public int Pending => _end - _start;

    /// <summary>Where to read the next bytes to; follow with <see cref="Advance"/>.</summary>
    public Memory<byte> Free()
    {
        if (_start == _end)
        {
            _start = _scan = _end = _line = 0;
        }

        if (_end == _buffer.Length)
        {
            var used = _end - _start;
            if (used > maxEventBytes)
            {
                throw new SseLimitException(maxEventBytes);
            }

            var target = used > _buffer.Length / 2 ? ArrayPool<byte>.Shared.Rent(_buffer.Length * 2) : _buffer;
            Buffer.BlockCopy(_buffer, _start, target, 0, used);
            if (target != _buffer)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = target;
            }

            _scan -= _start;
            _line -= _start;
            _start = 0;
            _end = used;
        }

        return _buffer.AsMemory(_end);
    }

    public void Advance(int count) => _end += count;

    /// <summary>The next whole event. Its spans are valid until the next call of any method.</summary>
    public bool TryRead(out SseEvent next)
    {
        SkipByteOrderMark();
        while (_scan < _end)
        {
            if (_skipLineFeed)
            {
                // The second half of a CRLF whose first half already ended a line.
                _skipLineFeed = false;
                if (_buffer[_scan] == (byte)'\n')
                {
                    _scan++;
                    _line = _scan;
                    if (_start == _scan - 1)
                    {
                        _start = _scan; // the event had ended: this byte belongs to none
                    }

                    continue;
                }
            }

            var at = _buffer.AsSpan(_scan, _end - _scan).IndexOfAny((byte)'\n', (byte)'\r');
            if (at < 0)
            {
                _scan = _end;
                break;
            }

            at += _scan;
            var blank = at == _line;
            _skipLineFeed = _buffer[at] == (byte)'\r';
            _scan = at + 1;
            if (_skipLineFeed && _scan < _end)
            {
                _skipLineFeed = false;
                _scan += _buffer[_scan] == (byte)'\n' ? 1 : 0;
            }

            _line = _scan;
            if (blank)
            {
                next = Take(_scan);
                return true;
            }
        }

        if (Pending > maxEventBytes)
        {
            throw new SseLimitException(maxEventBytes);
        }

        next = default;
        return false;
    }

    /// <summary>What is left when the body has ended: some servers leave out the last blank line.</summary>
    public bool TryReadRest(out SseEvent rest)
    {
        if (Pending == 0)
        {
            rest = default;
            return false;
        }

        rest = Take(_end);
        return true;
    }

    /// <summary>The bytes of neighbouring events, from the first one's start to the last one's end. Valid until the next <see cref="Free"/>.</summary>
    public ReadOnlySpan<byte> Between(int start, int end) => _buffer.AsSpan(start, end - start);

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    // The format allows one at the very beginning, and it belongs to no line.
    private void SkipByteOrderMark()
    {
        if (_began || _end == 0)
        {
            return;
        }

        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var first = _buffer.AsSpan(0, Math.Min(_end, mark.Length));
        if (first.SequenceEqual(mark))
        {
            _start = _scan = _line = mark.Length;
        }

        _began = first.Length == mark.Length || !mark.StartsWith(first);
    }

    private SseEvent Take(int end)
    {
        var start = _start;
        var raw = _buffer.AsSpan(start, end - start);
        _start = _scan = _line = end;
        return new SseEvent(start, raw, Data(raw));
    }

    // One data line, by far the most common, is a slice; several are joined with line feeds.
    private ReadOnlySpan<byte> Data(ReadOnlySpan<byte> raw)
    {
        ReadOnlySpan<byte> data = default;
        var lines = 0;
        var joined = 0;
        while (raw.Length > 0)
        {
            var at = raw.IndexOfAny((byte)'\n', (byte)'\r');
            var line = at < 0 ? raw : raw[..at];
            raw = at < 0 ? default : raw[(at + 1)..];
            if (!line.StartsWith("data"u8) || (line.Length > 4 && line[4] != (byte)':'))
            {
                continue;
            }

            var value = line.Length > 5 ? line[(line[5] == (byte)' ' ? 6 : 5)..] : default;
            if (lines++ == 0)
            {
                data = value;
                continue;
            }

            if (lines == 2)
            {
                joined = Join(0, data, separate: false);
            }

            joined = Join(joined, value, separate: true);
        }

        return lines > 1 ? _joined.AsSpan(0, joined) : data;
    }

    private int Join(int length, ReadOnlySpan<byte> value, bool separate)
    {
        var need = length + value.Length + 1;
        if (_joined.Length < need)
        {
            Array.Resize(ref _joined, need * 2);
        }

        if (separate)
        {
            _joined[length++] = (byte)'\n';
        }

        value.CopyTo(_joined.AsSpan(length));
        return length + value.Length;
    }
}

/// <summary>One event: the bytes as they came, and its data (empty for a comment).</summary>
internal readonly ref struct SseEvent(int start, ReadOnlySpan<byte> raw, ReadOnlySpan<byte> data)
{
    /// <summary>Its place, for <see cref="SseReader.Between"/>.</summary>
    public int Start { get; } = start;

    /// <summary>Place of what follows it.</summary>
    public int End => Start + Raw.Length;

    public ReadOnlySpan<byte> Raw { get; } = raw;

    public ReadOnlySpan<byte> Data { get; } = data;
}

/// <summary>An event is larger than allowed.</summary>
internal sealed class SseLimitException(int limit) : Exception($"a server-sent event is larger than {limit} bytes");
