using System.Runtime.CompilerServices;

namespace ApeTest.Targets.Http;

/// <summary>
/// A client's TLS connection whose end before the first byte of an answer is an error, which the handler does not retry (<see cref="SingleSend"/>).
/// Any other end is what it was.
/// </summary>
/// <param name="inner">The connection, above TLS.</param>
/// <param name="counts">Whether bytes are counted.</param>
internal sealed class SingleSendStream(Stream inner, bool counts) : WireStream(inner, counts)
{
    private volatile bool _isAwaiting;

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await base.ReadAsync(buffer, cancellationToken);
        if (read > 0)
        {
            _isAwaiting = false;
        }
        else if (_isAwaiting && !buffer.IsEmpty)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, "the connection ended before an answer began");
        }
        return read;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        // Only the head of a request: on an upgraded connection, or after an early answer, an end is no failure.
        if (buffer.Span is [>= (byte)'A' and <= (byte)'Z', ..] && buffer.Span.IndexOf(" HTTP/1."u8) > 0)
        {
            _isAwaiting = true;
        }
        return base.WriteAsync(buffer, cancellationToken);
    }
}
