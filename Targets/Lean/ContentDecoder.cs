using System.Buffers;
using System.IO.Compression;
using System.Text;

namespace ApeTest.Targets.Lean;

/// <summary>Unpacks bodies.</summary>
internal static class ContentDecoder
{
    /// <summary>Bytes that are still unpacked and counted after the kept ones: a small body can be made to unpack to a huge one.</summary>
    private const long MostCounted = 4L << 20;

    /// <summary>Whether a body of that <c>Content-Encoding</c> is unpacked.</summary>
    public static bool Knows(ReadOnlySpan<byte> encoding) =>
        Ascii.EqualsIgnoreCase(encoding, "gzip"u8) || Ascii.EqualsIgnoreCase(encoding, "deflate"u8) || Ascii.EqualsIgnoreCase(encoding, "br"u8);

    /// <summary>Unpacks. False where it is malformed.</summary>
    /// <param name="encoding">One that is known.</param>
    /// <param name="packed">The bytes that arrived, or the first of them.</param>
    /// <param name="limit">Most bytes that are kept.</param>
    /// <param name="body">The first bytes.</param>
    /// <param name="length">Bytes in all, counted up to a bound.</param>
    public static bool TryDecode(ReadOnlySpan<byte> encoding, ReadOnlyMemory<byte> packed, int limit, out ReadOnlyMemory<byte> body, out long length)
    {
        (body, length) = (default, 0);
        if (packed.IsEmpty)
        {
            return true;
        }
        using var source = new MemoryStream(packed.ToArray(), writable: false);
        using Stream stream = (encoding[0] | 0x20) switch
        {
            'g' => new GZipStream(source, CompressionMode.Decompress),
            'b' => new BrotliStream(source, CompressionMode.Decompress),
            // With the frame of zlib as the standard says, or without it as some servers do.
            _ when (packed.Span[0] & 0x0f) == 8 => new ZLibStream(source, CompressionMode.Decompress),
            _ => new DeflateStream(source, CompressionMode.Decompress),
        };
        var kept = new ArrayBufferWriter<byte>(256);
        var piece = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int read;
            while (length < limit + MostCounted && (read = stream.Read(piece)) > 0)
            {
                kept.Write(piece.AsSpan(0, (int)Math.Clamp(limit - length, 0, read)));
                length += read;
            }
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or InvalidOperationException)
        {
            return false;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }
        body = kept.WrittenMemory;
        return true;
    }
}
