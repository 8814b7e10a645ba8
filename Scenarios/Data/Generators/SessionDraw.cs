using System.Buffers.Binary;
using ApeTest.Scenarios.Planning;

namespace ApeTest.Scenarios.Data.Generators;

/// <summary>
/// What the generators of one session draw from: hash(seed, slot, session, place, draw), so that a place gives the same values whatever
/// other places do, on any worker and in any order of sessions. Not thread-safe: a session does one thing at a time.
/// </summary>
/// <param name="seed">Seed of the run.</param>
/// <param name="slot">Slot from 0; <see cref="SessionRandom.Arrival"/> where <paramref name="session"/> is an arrival.</param>
/// <param name="session">Session of the slot from 0.</param>
/// <param name="slots">Slots of the run's plan.</param>
/// <param name="time">Clock, for dates.</param>
public sealed class SessionDraw(long seed, int slot, int session, int slots, TimeProvider time)
{
    /// <summary>Numbers between one draw of a place and the next in the same session; no run has so many sessions.</summary>
    private const long DrawStride = 10_000_000_000;

    // How often each place was drawn in this session.
    private readonly Dictionary<Generator, int> _draws = [];

    /// <summary>Now, UTC.</summary>
    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The next value of a place.</summary>
    public string Next(Generator generator)
    {
        var draw = _draws.GetValueOrDefault(generator);
        _draws[generator] = draw + 1;
        return generator.Value(this, draw);
    }

    /// <summary>32 random bytes of a draw.</summary>
    internal void Bytes(Generator generator, int draw, Span<byte> bytes) =>
        SessionRandom.Fill(seed, slot, session, generator.Place, draw, bytes);

    /// <summary>A number in [0, <paramref name="count"/>), by the <paramref name="index"/>-th 8 bytes (0..3) of a draw.</summary>
    internal long Number(Generator generator, int draw, long count, int index = 0)
    {
        Span<byte> bytes = stackalloc byte[32];
        Bytes(generator, draw, bytes);
        // The high half of the product: uniform but for count / 2^64.
        return (long)Math.BigMul(BinaryPrimitives.ReadUInt64LittleEndian(bytes[(8 * index)..]), (ulong)count, out _);
    }

    /// <summary>Six hexadecimal digits that are the same in the whole run.</summary>
    internal string RunTag(Generator generator)
    {
        Span<byte> bytes = stackalloc byte[32];
        SessionRandom.Fill(seed, 0, 0, generator.Place, -1, bytes);
        return Convert.ToHexStringLower(bytes[..3]);
    }

    /// <summary>
    /// A number from 0 that no other session, draw or place of the <paramref name="places"/> has. The first draws count up without gaps:
    /// places x (slot + session x slots) + place; further draws, and slots beyond the plan's (a run scaled up), lie far above.
    /// </summary>
    internal long Ordinal(int draw, int place, int places)
    {
        var (row, surplus) = slot == SessionRandom.Arrival ? ((long)session, 0) : (slot % slots + ((long)session * slots), slot / slots);
        // Cantor's pairing: one number for each (draw, surplus), small where both are.
        var level = ((long)(draw + surplus) * (draw + surplus + 1) / 2) + surplus;
        return (level * DrawStride) + (row * places) + place;
    }
}
