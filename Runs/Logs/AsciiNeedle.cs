using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace ApeTest.Runs.Logs;

/// <summary>
/// Finds an ASCII text in UTF-8 in any case. Two bytes of the text, its first and its last, are compared at 16 places at once, and only
/// where both fit, the whole: a trace id is not found in a gigabyte in a fraction of a second (W. Mula, "SIMD-friendly algorithms for
/// substring searching").
/// </summary>
internal sealed class AsciiNeedle
{
    private readonly byte[] _text;
    private readonly Vector128<byte> _first;
    private readonly Vector128<byte> _firstCase;
    private readonly Vector128<byte> _last;
    private readonly Vector128<byte> _lastCase;

    /// <param name="text">What to find: ASCII, not empty.</param>
    public AsciiNeedle(string text)
    {
        _text = Encoding.ASCII.GetBytes(text.ToLowerInvariant());
        (_first, _firstCase) = Probe(_text[0]);
        (_last, _lastCase) = Probe(_text[^1]);
    }

    /// <summary>Whether <paramref name="line"/> holds the text.</summary>
    public bool IsIn(ReadOnlySpan<byte> line)
    {
        // The last place where it could begin.
        var last = line.Length - _text.Length;
        if (last < Vector128<byte>.Count - 1)
        {
            return IsInShort(line, last);
        }
        ref var bytes = ref MemoryMarshal.GetReference(line);
        for (var i = 0; i <= last; i += Vector128<byte>.Count)
        {
            // The last block overlaps the one before instead of going on byte by byte.
            i = Math.Min(i, last - Vector128<byte>.Count + 1);
            var first = Vector128.LoadUnsafe(ref bytes, (nuint)i) | _firstCase;
            var end = Vector128.LoadUnsafe(ref bytes, (nuint)(i + _text.Length - 1)) | _lastCase;
            var candidates = (Vector128.Equals(first, _first) & Vector128.Equals(end, _last)).ExtractMostSignificantBits();
            for (; candidates != 0; candidates &= candidates - 1)
            {
                if (IsAt(line, i + BitOperations.TrailingZeroCount(candidates)))
                {
                    return true;
                }
            }
        }
        return false;
    }

    private bool IsInShort(ReadOnlySpan<byte> line, int last)
    {
        for (var i = 0; i <= last; i++)
        {
            if (IsAt(line, i))
            {
                return true;
            }
        }
        return false;
    }

    private bool IsAt(ReadOnlySpan<byte> line, int place) => Ascii.EqualsIgnoreCase(line.Slice(place, _text.Length), _text);

    // The bit that tells upper from lower case is set on both sides where the byte is a letter.
    private static (Vector128<byte> Byte, Vector128<byte> Case) Probe(byte value) =>
        (Vector128.Create(value), Vector128.Create(char.IsAsciiLetter((char)value) ? (byte)0x20 : (byte)0));
}
