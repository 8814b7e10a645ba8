using System.Collections.Immutable;
using System.Globalization;

namespace ApeTest.Shop;

/// <summary>What is known about a fresh shop beforehand: for data feeds and tests.</summary>
public static class ShopSeed
{
    /// <summary>Products 1..24 are fixed, whatever the seed.</summary>
    public const int BaseProducts = 24;

    /// <summary>"Breakfast Coffee 250 g", 4.20: the cheapest whose name or category says coffee, by any search.</summary>
    public const int CheapestCoffee = 4;

    /// <summary>"Geisha Microlot Coffee 100 g": 5 in stock.</summary>
    public const int ScarceProduct = 8;

    /// <summary>"Almond Biscotti": none in stock.</summary>
    public const int SoldOutProduct = 23;

    /// <summary>Products that have another stock than the rest.</summary>
    public static ImmutableDictionary<int, int> ScarceStock { get; } =
        ImmutableDictionary.CreateRange<int, int>([new(ScarceProduct, 5), new(SoldOutProduct, 0), new(24, 3)]);

    /// <summary>Seeded user <paramref name="number"/>, from 1: <c>user-0001</c> / <c>pass-0001</c>.</summary>
    public static (string Name, string Password) User(int number)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(number, 1);
        return (string.Create(CultureInfo.InvariantCulture, $"user-{number:D4}"), string.Create(CultureInfo.InvariantCulture, $"pass-{number:D4}"));
    }
}
