using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace ApeTest.Mini.Florist;

/// <summary>One browser: its cart, its value against forgery, and who is logged in.</summary>
internal sealed class Visit
{
    private const int MostLines = 50;

    /// <summary>In a hidden field of every form.</summary>
    public string Csrf { get; } = RandomNumberGenerator.GetHexString(24, lowercase: true);

    /// <summary>Name of the user; null for nobody.</summary>
    public string? User { get; set; }

    /// <summary>Flowers and how many of them.</summary>
    public ConcurrentDictionary<string, int> Cart { get; } = new(StringComparer.Ordinal);

    /// <summary>What the cart costs.</summary>
    public decimal Total => Flower.All.Sum(flower => flower.Price * Cart.GetValueOrDefault(flower.Slug));

    /// <summary>Puts flowers into the cart.</summary>
    public void Add(Flower flower, int quantity) => Cart.AddOrUpdate(flower.Slug, quantity, (_, before) => Math.Min(before + quantity, MostLines));
}

/// <summary>A placed order.</summary>
internal sealed record FlowerOrder(string Id, string User, string Address, string Items, decimal Total);
