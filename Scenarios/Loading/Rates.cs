using System.Globalization;
using ApeTest.Scenarios.Model;

namespace ApeTest.Scenarios.Loading;

/// <summary>Arrival rates as people write them: a number, a slash and <c>s</c>, <c>m</c> or <c>h</c>. At most 1,000,000 a second.</summary>
public static class Rates
{
    private const double MostPerSecond = 1_000_000;

    private static readonly (string Unit, TimeSpan Per)[] Units =
        [("s", TimeSpan.FromSeconds(1)), ("m", TimeSpan.FromMinutes(1)), ("h", TimeSpan.FromHours(1))];

    /// <summary>Reads a rate. Zero, a sign, a missing or unknown unit and more than a million a second are refused.</summary>
    public static bool TryParse(string text, out ArrivalRate rate)
    {
        rate = default;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0
            || !double.TryParse(text.AsSpan(0, slash).Trim(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var count)
            || !(count > 0))
        {
            return false;
        }
        var unit = text[(slash + 1)..].Trim();
        var per = Array.Find(Units, candidate => candidate.Unit == unit).Per;
        rate = new ArrivalRate(count, per);
        return per > TimeSpan.Zero && rate.PerSecond <= MostPerSecond;
    }

    /// <summary>Writes a rate so that <see cref="TryParse"/> reads the same value.</summary>
    public static string Format(ArrivalRate rate) =>
        $"{rate.Count.ToString(CultureInfo.InvariantCulture)}/{Array.Find(Units, candidate => candidate.Per == rate.Per).Unit}";
}
