using System.Runtime.CompilerServices;

namespace ApeTest.Targets.Http;

/// <summary>
/// A client's HTTP/1.1 connection that counts the bytes of each request and its answer, heads included, above TLS. Such a connection carries one request
/// at a time: what is read belongs to the request that was written last. Of HTTP/2 nothing is counted, because frames of several requests leave together.
/// </summary>
/// <param name="inner">The connection, above TLS.</param>
/// <param name="counts">Whether bytes are counted.</param>
internal class WireStream(Stream inner, bool counts) : AsyncStream
{
    private static readonly AsyncLocal<WireCount?> Sending = new();

    private WireCount? _count;

    /// <summary>What the flow sends from here on counts there. Ends with the caller's async method.</summary>
    public static void Begin(WireCount count) => Sending.Value = count;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        if (_count is { } count)
        {
            count.Received += read;
        }
        return read;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (counts && Sending.Value is { } count)
        {
            _count = count;
            count.Sent += buffer.Length;
        }
        return inner.WriteAsync(buffer, cancellationToken);
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
