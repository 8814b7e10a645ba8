using System.Buffers.Binary;
using System.Security.Cryptography;

namespace ApeTest.Scenarios.Planning;

/// <summary>The one source of randomness: <c>hash(seed, slot, session)</c>, so that a session draws the same values on any worker.</summary>
public static class SessionRandom
{
    /// <summary>Stands for the slot in the open model, where a session is known by its arrival: <c>hash(seed, arrival)</c>, whichever slot runs it.</summary>
    public const int Arrival = -1;

    /// <summary>A generator for session number <paramref name="session"/> (from 0) of <paramref name="slot"/> (or <see cref="Arrival"/>); <paramref name="purpose"/> separates independent streams.</summary>
    public static Random Create(long seed, int slot, int session, string purpose = "")
    {
        Span<byte> key = stackalloc byte[20 + 64];
        BinaryPrimitives.WriteInt64LittleEndian(key, seed);
        BinaryPrimitives.WriteInt32LittleEndian(key[8..], slot);
        BinaryPrimitives.WriteInt32LittleEndian(key[12..], session);
        var length = 16 + System.Text.Encoding.UTF8.GetBytes(purpose.AsSpan(0, Math.Min(purpose.Length, 20)), key[16..]);
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(key[..length], hash);
        // The seeded constructor is specified to be stable; the seedless one is not.
        return new Random(BinaryPrimitives.ReadInt32LittleEndian(hash));
    }

    /// <summary>32 bytes for draw number <paramref name="draw"/> at a place of the scenario; <paramref name="place"/> separates places.</summary>
    public static void Fill(long seed, int slot, int session, long place, int draw, Span<byte> bytes)
    {
        Span<byte> key = stackalloc byte[28];
        BinaryPrimitives.WriteInt64LittleEndian(key, seed);
        BinaryPrimitives.WriteInt32LittleEndian(key[8..], slot);
        BinaryPrimitives.WriteInt32LittleEndian(key[12..], session);
        BinaryPrimitives.WriteInt64LittleEndian(key[16..], place);
        BinaryPrimitives.WriteInt32LittleEndian(key[24..], draw);
        SHA256.HashData(key, bytes);
    }
}
