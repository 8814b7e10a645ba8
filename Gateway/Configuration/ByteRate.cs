using System.Globalization;

namespace ApeTest.Gateway.Configuration;

/// <summary>Rates of bytes as people write them: <c>64KB/s</c>, <c>1.5MB/s</c>. KB, MB, GB are powers of 1000; KiB, MiB, GiB of 1024.</summary>
internal static class ByteRate
{
    private const string PerSecond = "/s";

    private static readonly (string Name, double Bytes)[] Units =
        [("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1)];

    /// <summary>Reads a rate in bytes a second; 0 where it is less than one byte.</summary>
    public static bool TryParse(string text, out long rate)
    {
        rate = 0;
        var rest = text.AsSpan().Trim();
        if (!rest.EndsWith(PerSecond, StringComparison.Ordinal))
        {
            return false;
        }
        rest = rest[..^PerSecond.Length].TrimEnd();
        foreach (var (name, bytes) in Units)
        {
            if (rest.EndsWith(name, StringComparison.OrdinalIgnoreCase))
            {
                if (!double.TryParse(rest[..^name.Length].TrimEnd(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number * bytes > long.MaxValue / 2)
                {
                    return false;
                }
                rate = (long)Math.Round(number * bytes);
                return true;
            }
        }
        return false;
    }
}
