using System.IO.Compression;

namespace ApeTest.Runs.Queue.Postgres;

/// <summary>Brotli (RFC 7932) at its fastest: what is written once a second and read once or twice. Not checked for damage: the database does that.</summary>
internal static class Compression
{
    // 256 KB: session records repeat themselves within one flush.
    private const int Window = 18;
    private const int Quality = 1;

    public static byte[] Pack(ReadOnlySpan<byte> plain)
    {
        var packed = new byte[BrotliEncoder.GetMaxCompressedLength(plain.Length)];
        return BrotliEncoder.TryCompress(plain, packed, out var written, Quality, Window)
            ? packed[..written]
            : throw new InvalidOperationException("Brotli wrote more than it may.");
    }

    public static byte[] Unpack(byte[] packed)
    {
        using var input = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var output = new MemoryStream(packed.Length * 4);
        input.CopyTo(output);
        return output.ToArray();
    }
}
