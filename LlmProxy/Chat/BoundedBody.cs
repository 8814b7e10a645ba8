using System.Buffers;

namespace ApeTest.LlmProxy.Chat;

/// <summary>Reads a whole body into memory, up to a limit.</summary>
internal static class BoundedBody
{
    private const int DefaultSize = 4095;
    private const int LargestFirst = 64 << 10;

    /// <summary>The bytes of a body of unknown length, or null when there are more than <paramref name="limit"/>.</summary>
    public static Task<ReadOnlyMemory<byte>?> ReadAsync(Stream body, int limit, CancellationToken cancellationToken) => ReadAsync(body, limit, null, cancellationToken);

    /// <summary>The bytes, or null when there are more than <paramref name="limit"/>.</summary>
    /// <param name="body">Where it comes from.</param>
    /// <param name="limit">Bytes at most.</param>
    /// <param name="length">Its length where that is known, so that it is read into one piece; null: unknown. It is not relied on.</param>
    /// <param name="cancellationToken">Ends the read.</param>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(Stream body, int limit, long? length, CancellationToken cancellationToken)
    {
        if (length > limit)
        {
            return null;
        }

        // One byte more than the length, to see the end without growing; a length that is claimed and not sent costs little.
        var buffer = new ArrayBufferWriter<byte>((int)Math.Min((length ?? DefaultSize) + 1, LargestFirst));
        while (true)
        {
            var read = await body.ReadAsync(buffer.GetMemory(1), cancellationToken);
            if (read == 0)
            {
                return buffer.WrittenMemory;
            }

            buffer.Advance(read);
            if (buffer.WrittenCount > limit)
            {
                return null;
            }
        }
    }
}
