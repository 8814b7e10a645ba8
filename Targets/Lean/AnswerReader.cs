using System.Diagnostics.CodeAnalysis;
using ApeTest.Targets.Raw;

namespace ApeTest.Targets.Lean;

/// <summary>How far an answer has come.</summary>
internal enum AnswerProgress
{
    /// <summary>More bytes are needed.</summary>
    More,

    /// <summary>It is complete.</summary>
    Complete,

    /// <summary>It is not HTTP: <see cref="AnswerReader.Error"/>.</summary>
    Malformed,

    /// <summary>Its body cannot be kept: the bodies of other answers have taken what there is.</summary>
    TooMuch,
}

/// <summary>
/// Reads an answer (RFC 9112) out of what arrives. One that arrives at once stays where it is and is not copied; only the parts of one that
/// arrives in pieces move to rented buffers, of the head at most <see cref="HeadReader.MostBytes"/>, of the body what is to be kept.
/// </summary>
/// <param name="bodies">What bodies may take.</param>
internal sealed class AnswerReader(BodyBudget bodies)
{
    // A length that the answer only claims is not taken at its word.
    private const int MostAhead = 16 * 1024;

    private HeadReader _head = new();
    private ChunkReader _chunks;
    private RawExchange _exchange = null!;
    private byte[]? _headBytes;
    private int _headLength;
    private byte[]? _body;
    private int _start;
    private int _kept;
    private int _limit;
    private long _left;
    private int _taken;
    private bool _isTooMuch;
    private bool _isHead;
    private bool _isInBody;

    /// <summary>Why it is malformed.</summary>
    public string? Error { get; private set; }

    /// <summary>Whether its head is complete.</summary>
    public bool HasHead => _isInBody;

    /// <summary>Whether the connection can carry another request, once the answer is complete.</summary>
    public bool KeepsAlive { get; private set; }

    /// <summary>A new answer.</summary>
    /// <param name="exchange">What it is read into.</param>
    /// <param name="isHead">Whether it answers a HEAD: it has no body then.</param>
    /// <param name="limit">Most bytes of the body that are kept.</param>
    public void Start(RawExchange exchange, bool isHead, int limit)
    {
        (_exchange, _isHead, _limit) = (exchange, isHead, limit);
        (_headLength, _start, _kept, _left, _isInBody, KeepsAlive, Error) = (0, 0, 0, 0, false, false, null);
        _isTooMuch = false;
        _head.Start(0);
    }

    /// <summary>Reads the first <paramref name="count"/> bytes of <paramref name="buffer"/>, which it may change.</summary>
    public AnswerProgress Read(byte[] buffer, int count)
    {
        _exchange.BytesReceived += count;
        var at = 0;
        if (!_isInBody && !ReadHead(buffer, count, out at))
        {
            return Error is null ? AnswerProgress.More : AnswerProgress.Malformed;
        }
        var progress = ReadBody(buffer, ref at, count);
        if (progress == AnswerProgress.More)
        {
            Settle(buffer);
        }
        if (_isTooMuch)
        {
            return AnswerProgress.TooMuch;
        }
        if (progress == AnswerProgress.Complete)
        {
            // What follows the answer was never asked for: nothing more can be believed of the connection.
            KeepsAlive &= at == count;
            _exchange.Body = (_body ?? buffer).AsMemory(_start, _kept);
        }
        return progress;
    }

    /// <summary>The connection has ended. Whether the answer is complete thereby.</summary>
    public bool End()
    {
        if (!_isInBody || _head.Framing != Framing.UntilClose)
        {
            return false;
        }
        _exchange.Body = _body.AsMemory(_start, _kept);
        return true;
    }

    /// <summary>Takes the rented buffers: to be given back when the answer has been looked at.</summary>
    public (byte[]? Head, byte[]? Body) TakeBuffers()
    {
        var rented = (_headBytes, _body);
        bodies.Give(_taken);
        (_headBytes, _body, _taken) = (null, null, 0);
        return rented;
    }

    /// <summary>Reads as much of the head as there is; true where it is complete, with the place in the buffer where the body begins.</summary>
    private bool ReadHead(byte[] buffer, int count, out int at)
    {
        at = 0;
        var before = _headLength;
        var block = buffer;
        var end = count;
        if (_headBytes is not null)
        {
            var taken = Math.Min(count, HeadReader.MostBytes + 1 - _headLength);
            Rented.Ensure(ref _headBytes, _headLength, taken, HeadReader.MostBytes + 1);
            buffer.AsSpan(0, taken).CopyTo(_headBytes.AsSpan(_headLength));
            _headLength += taken;
            (block, end) = (_headBytes, _headLength);
        }
        if (_head.Read(block, end, _exchange, _isHead))
        {
            at = _head.End - before;
            _isInBody = true;
            _left = _head.Length;
            KeepsAlive = _head.KeepsAlive;
            _chunks = default;
            _exchange.Headers.SetBlock(block);
            _exchange.Status = _head.Status;
            return true;
        }
        Error = _head.Error ?? (end > HeadReader.MostBytes ? $"its head is longer than {HeadReader.MostBytes} bytes" : null);
        if (Error is null && _headBytes is null)
        {
            Rented.Ensure(ref _headBytes, 0, count, HeadReader.MostBytes + 1);
            buffer.AsSpan(0, count).CopyTo(_headBytes);
            _headLength = count;
        }
        return false;
    }

    private AnswerProgress ReadBody(byte[] buffer, ref int at, int count)
    {
        switch (_head.Framing)
        {
            case Framing.Length:
                var length = (int)Math.Min(count - at, _left);
                Keep(buffer, at, length);
                at += length;
                _left -= length;
                return _left == 0 ? AnswerProgress.Complete : AnswerProgress.More;
            case Framing.Chunked:
                while (at < count)
                {
                    var data = _chunks.Next(buffer, ref at, count, out var from);
                    Keep(buffer, from, data);
                    if (_chunks.Error is { } error)
                    {
                        Error = error;
                        return AnswerProgress.Malformed;
                    }
                    if (_chunks.IsComplete)
                    {
                        return AnswerProgress.Complete;
                    }
                }
                return AnswerProgress.More;
            case Framing.UntilClose:
                Keep(buffer, at, count - at);
                at = count;
                return AnswerProgress.More;
            default:
                return AnswerProgress.Complete;
        }
    }

    private void Keep(byte[] buffer, int from, int length)
    {
        _exchange.BodyLength += length;
        var kept = Math.Min(length, _limit - _kept);
        if (kept <= 0)
        {
            return;
        }
        if (_body is not null)
        {
            Grow(_kept, kept);
            Buffer.BlockCopy(buffer, from, _body, _kept, kept);
        }
        else if (_kept == 0)
        {
            _start = from;
        }
        else if (_start + _kept != from)
        {
            // The pieces of a chunked body close up where they lie.
            Buffer.BlockCopy(buffer, from, buffer, _start + _kept, kept);
        }
        _kept += kept;
    }

    /// <summary>More will come into the same buffer: what is to be kept leaves it.</summary>
    private void Settle(byte[] buffer)
    {
        if (_headBytes is null)
        {
            Rented.Ensure(ref _headBytes, 0, _head.End, _head.End);
            buffer.AsSpan(0, _head.End).CopyTo(_headBytes);
            _exchange.Headers.SetBlock(_headBytes);
        }
        if (_body is null && _limit > 0)
        {
            Grow(0, Math.Max(_kept, (int)Math.Min(Math.Min(_kept + _left, _limit), MostAhead)));
            Buffer.BlockCopy(buffer, _start, _body, 0, _kept);
            _start = 0;
        }
    }

    /// <summary>Makes room for so many bytes more of the body.</summary>
    [MemberNotNull(nameof(_body))]
    private void Grow(int used, int more)
    {
        Rented.Ensure(ref _body, used, more, _limit);
        var taken = _body.Length - _taken;
        if (taken > 0 && !bodies.TryTake(taken))
        {
            // It has them for the moment, until it is ended.
            _isTooMuch = true;
            return;
        }
        _taken = _body.Length;
    }
}
