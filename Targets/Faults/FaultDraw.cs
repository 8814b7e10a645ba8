namespace ApeTest.Targets.Faults;

/// <summary>
/// The random numbers of one request under one fault: they depend on nothing but seed, stream and request, so that a run with the same
/// seed draws the same. SplitMix64 (Steele, Lea, Flood 2014, https://doi.org/10.1145/2660193.2660195).
/// </summary>
internal struct FaultDraw
{
    private const ulong Golden = 0x9E3779B97F4A7C15;

    private ulong _state;

    private FaultDraw(ulong state) => _state = state;

    /// <summary>The numbers of request <paramref name="request"/> (from 0) in stream <paramref name="stream"/> of a seed.</summary>
    public static FaultDraw Of(long seed, int stream, long request) =>
        new(Mix(Mix(Mix((ulong)seed + Golden) + (ulong)stream + Golden) + (ulong)request + Golden));

    /// <summary>The next number, from 0 to below 1.</summary>
    public double Next()
    {
        _state += Golden;
        return (Mix(_state) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
