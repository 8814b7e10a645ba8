using ApeTest.Targets.Http;

namespace ApeTest.Agent.Brains;

/// <summary>
/// Passes a server-sent event stream through untouched and unbuffered, and picks two kinds of lines out of it that SDKs drop: the
/// comment <c>: ape {json}</c> and error objects (<c>data: {"error":...}</c>). Disposing it leaves the response open until
/// <see cref="CloseAsync"/>, so that the rest can be read after the SDK has let go.
/// </summary>
internal sealed class MeasureStream(Stream inner, MeasuredCall call) : AsyncStream
{
    private const int MaxLine = 8 * 1024;
    private const int MaxDrain = 256 * 1024;

    // Enough of a line to know whether it is one of ours.
    private const int PrefixLength = 14;
    private byte[] _line = new byte[64];
    private int _length;
    private bool _skip;

    /// <summary>Whether the body was read to its end.</summary>
    public bool Ended { get; private set; }

    public override bool CanRead => true;

    private static ReadOnlySpan<byte> Comment => ": ape "u8;

    private static ReadOnlySpan<byte> Error => "data: {\"error\""u8;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Observe(buffer.Span[..read], buffer.Length);
        return read;
    }

    public override int Read(byte[] buffer, int offset, int count)
    {
        var read = inner.Read(buffer, offset, count);
        Observe(buffer.AsSpan(offset, read), count);
        return read;
    }

    /// <summary>Reads and drops the rest of the body, at most 256 KB.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        var buffer = new byte[2048];
        for (var drained = 0; !Ended && drained < MaxDrain;)
        {
            drained += await ReadAsync(buffer, cancellationToken);
        }
    }

    /// <summary>Ends the response.</summary>
    public ValueTask CloseAsync() => inner.DisposeAsync();

    private void Observe(ReadOnlySpan<byte> bytes, int asked)
    {
        if (bytes.IsEmpty)
        {
            Ended |= asked > 0;
            return;
        }
        while (true)
        {
            var end = bytes.IndexOf((byte)'\n');
            if (!_skip)
            {
                Append(end < 0 ? bytes : bytes[..end]);
            }
            if (end < 0)
            {
                return;
            }
            if (!_skip)
            {
                TakeLine(_line.AsSpan(0, _length));
            }
            _length = 0;
            _skip = false;
            bytes = bytes[(end + 1)..];
        }
    }

    private void Append(ReadOnlySpan<byte> part)
    {
        // Ordinary data lines are dropped after their first bytes: nothing of the model's text is copied.
        if (_length < PrefixLength)
        {
            var head = part[..Math.Min(part.Length, PrefixLength - _length)];
            head.CopyTo(_line.AsSpan(_length));
            _length += head.Length;
            part = part[head.Length..];
            if (!MayBeOurs(_line.AsSpan(0, _length)))
            {
                _skip = true;
                return;
            }
        }
        var kept = part[..Math.Min(part.Length, MaxLine - _length)];
        if (_length + kept.Length > _line.Length)
        {
            Array.Resize(ref _line, Math.Min(MaxLine, Math.Max(_line.Length * 2, _length + kept.Length)));
        }
        kept.CopyTo(_line.AsSpan(_length));
        _length += kept.Length;
    }

    private static bool MayBeOurs(ReadOnlySpan<byte> start)
        => start.StartsWith(Comment[..Math.Min(start.Length, Comment.Length)]) || start.StartsWith(Error[..Math.Min(start.Length, Error.Length)]);

    private void TakeLine(ReadOnlySpan<byte> line)
    {
        if (line.StartsWith(Comment))
        {
            call.Measure = ModelMeasure.Parse(line[Comment.Length..]) ?? call.Measure;
        }
        else if (line.StartsWith(Error))
        {
            call.StreamError = System.Text.Encoding.UTF8.GetString(line["data: ".Length..].TrimEnd((byte)'\r'));
        }
    }
}
