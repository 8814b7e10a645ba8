namespace ApeTest.Gateway.Mcp.Stdio;

/// <summary>Writes whole lines to a stream that several write to: what is written in pieces is held until its line ends. Thread-safe; owns the stream.</summary>
internal sealed class LineWriter(Stream inner) : Stream
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly MemoryStream _line = new();

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Flush()
    {
    }

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

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
