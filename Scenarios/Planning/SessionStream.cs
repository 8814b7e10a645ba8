using System.Numerics;

namespace ApeTest.Scenarios.Planning;

/// <summary>
/// Random numbers of one session for one purpose, where a journey draws (think times, chances): cheap, and the same on any worker.
/// A struct of 32 bytes without allocation; keep it in a field and do not copy it between draws.
/// <para>
/// Numbers are of xoshiro256** 1.0 (Blackman and Vigna, prng.di.unimi.it/xoshiro256starstar.c); its four words are the first four outputs of
/// SplitMix64 (prng.di.unimi.it/splitmix64.c), as its authors advise. SplitMix64 starts at <see cref="Key"/>.
/// </para>
/// </summary>
public struct SessionStream
{
    /// <summary>Purpose: which journey or goal a session takes.</summary>
    public const uint ChoicePurpose = 1;

    /// <summary>Purpose: which persona a session takes.</summary>
    public const uint PersonaPurpose = 2;

    /// <summary>Purpose: think times of a journey.</summary>
    public const uint ThinkPurpose = 3;

    /// <summary>Purpose: chances of branches and loops.</summary>
    public const uint ChancePurpose = 4;

    /// <summary>Purpose: Poisson arrivals of a block, which stands in the place of the session.</summary>
    public const uint ArrivalPurpose = 5;

    /// <summary>Purpose: whether a session is sampled.</summary>
    public const uint SamplePurpose = 6;

    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>Starts a stream; streams of other purposes or sessions are independent of it.</summary>
    /// <param name="seed">Seed of the run.</param>
    /// <param name="slot">Slot from 0; <see cref="SessionRandom.Arrival"/> where <paramref name="session"/> is an arrival.</param>
    /// <param name="session">Session of the slot from 0.</param>
    /// <param name="purpose">One of the constants of this type.</param>
    public SessionStream(long seed, int slot, int session, uint purpose)
    {
        var key = Key(seed, slot, session, purpose);
        _s0 = Mix(key);
        _s1 = Mix(key + Golden);
        _s2 = Mix(unchecked(key + (2 * Golden)));
        _s3 = Mix(unchecked(key + (3 * Golden)));
    }

    /// <summary>
    /// 64 bits for one session and purpose. With <c>mix</c> as SplitMix64's step: <c>mix(mix(mix(seed) ^ (slot &lt;&lt; 32 | session)) ^ purpose)</c>, slot and
    /// session as 32 unsigned bits.
    /// </summary>
    public static ulong Key(long seed, int slot, int session, uint purpose) =>
        Mix(Mix(Mix((ulong)seed) ^ (((ulong)(uint)slot << 32) | (uint)session)) ^ purpose);

    /// <summary>The number in [0, 1) that 64 bits stand for: their upper 53.</summary>
    public static double ToUnit(ulong bits) => (bits >> 11) * (1.0 / (1UL << 53));

    /// <summary>The next 64 bits.</summary>
    public ulong NextUInt64()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>The next number in [0, 1), a multiple of 2^-53.</summary>
    public double NextDouble() => ToUnit(NextUInt64());

    private static ulong Mix(ulong value)
    {
        value += Golden;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
