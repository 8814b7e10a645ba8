namespace ApeTest.Shop.Faults;

/// <summary>SplitMix64 (Steele, Lea and Flood, 2014): the same number for the same seed and index, on any machine.</summary>
internal static class SeededHash
{
    public static ulong Of(long seed, long index)
    {
        var z = unchecked((ulong)seed + ((ulong)(index + 1) * 0x9E3779B97F4A7C15UL));
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }

    /// <summary>Evenly spread over 0..1, 1 excluded.</summary>
    public static double Share(long seed, long index)
    {
        return (Of(seed, index) >> 11) * (1.0 / (1UL << 53));
    }
}
