using ApeTest.Targets.Http;

namespace ApeTest.Gateway.Mcp.Stdio;

/// <summary>
/// Reads lines of at most <paramref name="limit"/> bytes: what is beyond is dropped up to the line's end, so that the line no longer is a
/// message and is refused as one. Reading can be cancelled, which a console's stream cannot.
/// </summary>
/// <param name="inner">The bytes.</param>
/// <param name="limit">Most bytes of a line.</param>
/// <param name="ended">Told once, when the input has ended; null: nobody.</param>
internal sealed class LineLimitStream(Stream inner, int limit, Action? ended = null) : AsyncStream
{
    private Action? _ended = ended;
    private int _inLine;

    public override bool CanRead => true;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var read = await inner.ReadAsync(buffer, CancellationToken.None).AsTask().WaitAsync(cancellationToken);
            var kept = Keep(buffer.Span[..read]);
            if (read == 0)
            {
                _ended?.Invoke();
                _ended = null;
                return 0;
            }
            if (kept > 0)
            {
                return kept;
            }
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>Moves what is kept to the front and returns how much it is.</summary>
    private int Keep(Span<byte> bytes)
    {
        var kept = 0;
        while (!bytes[kept..].IsEmpty)
        {
            var rest = bytes[kept..];
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest.Length : end;
            var fits = Math.Min(line, Math.Max(0, limit - _inLine));
            var dropped = line - fits;
            rest[line..].CopyTo(rest[fits..]);
            bytes = bytes[..^dropped];
            // The line's end itself is always kept.
            kept += fits + (end < 0 ? 0 : 1);
            _inLine = end < 0 ? _inLine + fits : 0;
        }
        return kept;
    }
}
