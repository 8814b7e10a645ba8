using ApeTest.Targets.Http;

namespace ApeTest.Gateway.Mcp.Stdio;

/// <summary>Writes whole lines to a stream that several write to: what is written in pieces is held until its line ends. Thread-safe; owns the stream.</summary>
internal sealed class LineWriter(Stream inner) : AsyncStream
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly MemoryStream _line = new();

    public override bool CanWrite => true;

    /// <summary>Writes one line, its end added.</summary>
    public async Task WriteLineAsync(byte[] line, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            await inner.WriteAsync((byte[])[.. line, (byte)'\n'], cancellationToken);
            await inner.FlushAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            _line.Write(buffer.Span);
            if (buffer.Span.Contains((byte)'\n'))
            {
                await inner.WriteAsync(_line.GetBuffer().AsMemory(0, (int)_line.Length), cancellationToken);
                await inner.FlushAsync(cancellationToken);
                _line.SetLength(0);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            _one.Dispose();
        }
        base.Dispose(disposing);
    }
}
