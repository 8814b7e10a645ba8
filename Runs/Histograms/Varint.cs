using System.Buffers;

namespace ApeTest.Runs.Histograms;

/// <summary>Unsigned LEB128: seven bits a byte, lowest first, the high bit says that more follow.</summary>
internal static class Varint
{
    private const int MaxBytes = 9;

    public static void Write(IBufferWriter<byte> output, long value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        var span = output.GetSpan(MaxBytes);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            span[length++] = (byte)(value | 0x80);
        }
        span[length++] = (byte)value;
        output.Advance(length);
    }

    /// <summary>Takes one value off the front of <paramref name="input"/>; <see cref="InvalidDataException"/> where it is cut off or longer than 63 bits.</summary>
    public static long Read(ref ReadOnlySpan<byte> input)
    {
        var value = 0L;
        for (var i = 0; i < Math.Min(MaxBytes, input.Length); i++)
        {
            value |= (long)(input[i] & 0x7f) << (7 * i);
            if (input[i] < 0x80)
            {
                input = input[(i + 1)..];
                return value;
            }
        }
        throw new InvalidDataException("A number is cut off or too long.");
    }
}
