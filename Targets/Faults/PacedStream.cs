using ApeTest.Targets.Http;

namespace ApeTest.Targets.Faults;

/// <summary>A stream whose bytes pass piece by piece, as a <see cref="Pace"/> allows; holds none of them itself.</summary>
/// <param name="inner">The stream; disposed with this one.</param>
/// <param name="reads">Pace of what is read; null: any.</param>
/// <param name="writes">Pace of what is written; null: any.</param>
internal sealed class PacedStream(Stream inner, Pace? reads, Pace? writes) : AsyncStream
{
    /// <inheritdoc/>
    public override bool CanRead => inner.CanRead;

    /// <inheritdoc/>
    public override bool CanWrite => inner.CanWrite;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (reads is null || buffer.IsEmpty)
        {
            return await inner.ReadAsync(buffer, cancellationToken);
        }
        var read = await inner.ReadAsync(buffer[..Math.Min(buffer.Length, reads.Piece)], cancellationToken);
        await (read == 0 ? reads.EndAsync(cancellationToken) : reads.WaitAsync(read, cancellationToken));
        return read;
    }

    /// <inheritdoc/>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (writes is null)
        {
            await inner.WriteAsync(buffer, cancellationToken);
            return;
        }
        while (!buffer.IsEmpty)
        {
            var piece = buffer[..Math.Min(buffer.Length, writes.Piece)];
            await writes.WaitAsync(piece.Length, cancellationToken);
            await inner.WriteAsync(piece, cancellationToken);
            // Otherwise the client's own buffer would gather the pieces again.
            await inner.FlushAsync(cancellationToken);
            buffer = buffer[piece.Length..];
        }
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => inner.Flush();

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => inner.DisposeAsync();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
        }
        base.Dispose(disposing);
    }
}
