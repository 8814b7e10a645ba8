namespace ApeTest.LlmProxy.Cassettes;

/// <summary>Reads a file line by line, with one buffer as large as its longest line.</summary>
internal static class CassetteLines
{
    private const int InitialSize = 64 << 10;

    /// <summary>The lines in order. The bytes of one are valid until the next is asked for.</summary>
    public static IEnumerable<CassetteLine> Read(FileStream file)
    {
        var buffer = new byte[InitialSize];
        var (start, scan, end, offset) = (0, 0, 0, 0L); // offset: of buffer[start] in the file
        while (true)
        {
            var at = buffer.AsSpan(scan, end - scan).IndexOf((byte)'\n');
            if (at >= 0)
            {
                var length = scan + at - start;
                yield return new CassetteLine(offset, buffer.AsMemory(start, length), IsWhole: true);
                offset += length + 1;
                start = scan = start + length + 1;
                continue;
            }

            if (start > 0)
            {
                Buffer.BlockCopy(buffer, start, buffer, 0, end - start);
                (start, end) = (0, end - start);
            }

            if (end == buffer.Length)
            {
                Array.Resize(ref buffer, buffer.Length * 2);
            }

            scan = end;
            var read = RandomAccess.Read(file.SafeFileHandle, buffer.AsSpan(end), offset + end);
            if (read == 0)
            {
                break;
            }

            end += read;
        }

        if (end > start)
        {
            yield return new CassetteLine(offset, buffer.AsMemory(start, end - start), IsWhole: false);
        }
    }
}

/// <summary>A line of a file.</summary>
/// <param name="Offset">Of its first byte.</param>
/// <param name="Bytes">Without the line break.</param>
/// <param name="IsWhole">Whether a line break ended it.</param>
internal sealed record CassetteLine(long Offset, ReadOnlyMemory<byte> Bytes, bool IsWhole);
