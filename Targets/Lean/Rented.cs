using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace ApeTest.Targets.Lean;

/// <summary>Buffers of the shared pool that grow.</summary>
internal static class Rented
{
    private const int Smallest = 1024;

    /// <summary>Makes room for so many bytes more after those that are used; it doubles, up to the most.</summary>
    public static void Ensure([NotNull] ref byte[]? buffer, int used, int more, int most)
    {
        if (buffer is not null && buffer.Length - used >= more)
        {
            return;
        }
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(used + more, Math.Min(Math.Max(Smallest, used * 2), most)));
        if (buffer is not null)
        {
            buffer.AsSpan(0, used).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(buffer);
        }
        buffer = larger;
    }

    /// <summary>Gives it back.</summary>
    public static void Return(byte[]? buffer)
    {
        if (buffer is not null)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
