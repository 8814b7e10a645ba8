namespace ApeTest.LlmProxy.Providers.OpenAi;

/// <summary>A body of which the first bytes were already read: they come again, then the rest.</summary>
/// <param name="start">The bytes that were read.</param>
/// <param name="rest">Where the others come from; disposed with this stream.</param>
internal sealed class PrefixedStream(ReadOnlyMemory<byte> start, Stream rest) : BodyStream
{
    private ReadOnlyMemory<byte> _start = start;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_start.IsEmpty)
        {
            return rest.ReadAsync(buffer, cancellationToken);
        }

        var count = Math.Min(buffer.Length, _start.Length);
        _start[..count].CopyTo(buffer);
        _start = _start[count..];
        return ValueTask.FromResult(count);
    }

    public override ValueTask DisposeAsync() => rest.DisposeAsync();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rest.Dispose();
        }

        base.Dispose(disposing);
    }
}
