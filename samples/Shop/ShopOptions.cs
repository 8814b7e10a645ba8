using System.Collections.Immutable;

namespace ApeTest.Shop;

/// <summary>What the sample shop is seeded with and how it misbehaves. The same options give the same shop.</summary>
public sealed record ShopOptions
{
    /// <summary>Seed of generated products and of faults. Default 1.</summary>
    public long Seed { get; init; } = 1;

    /// <summary>Seeded users, see <see cref="ShopSeed.User"/>. Default 1,000.</summary>
    public int Users { get; init; } = 1000;

    /// <summary>Products. The first 24 are the same for every seed; fewer cannot be had. Default 200.</summary>
    public int Products { get; init; } = 200;

    /// <summary>Pieces of each product in stock at first. Default 100,000.</summary>
    public int Stock { get; init; } = 100_000;

    /// <summary>Other stock of single products, by product id. Default: 5 pieces of product 8, 3 of product 24, none of product 23.</summary>
    public ImmutableDictionary<int, int> StockOf { get; init; } = ShopSeed.ScarceStock;

    /// <summary>Life of a login, after which its token answers 401. Default 1 h.</summary>
    public TimeSpan TokenLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Share of requests answered 503, 0..1, chosen by hash of seed and request number. Default 0.</summary>
    public double FaultShare503 { get; init; }

    /// <summary><c>Retry-After</c> of an injected 503, whole seconds. Default: none sent.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Added to every request. Default none.</summary>
    public TimeSpan AddedLatency { get; init; }

    /// <summary>How long the shop takes to warm up: <see cref="SlowStartLatency"/> is added to a request at first and falls to nothing over this time. Default none.</summary>
    public TimeSpan SlowStart { get; init; }

    /// <summary>Latency added to the very first request of a slow start. Default 500 ms.</summary>
    public TimeSpan SlowStartLatency { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Users who may register beside the seeded ones; then the oldest is forgotten. Default 200,000.</summary>
    public int MaxRegistered { get; init; } = 200_000;

    /// <summary>Logins kept; then the oldest ends. Default 200,000.</summary>
    public int MaxSessions { get; init; } = 200_000;

    /// <summary>Orders kept; then the oldest is forgotten. Default 2,000,000.</summary>
    public int MaxOrders { get; init; } = 2_000_000;

    internal void Validate()
    {
        var errors = new List<string>();
        Check(Users is >= 0 and <= 1_000_000, "Users must be 0..1000000");
        Check(Products is >= ShopSeed.BaseProducts and <= 100_000, $"Products must be {ShopSeed.BaseProducts}..100000");
        Check(Stock >= 0, "Stock must not be negative");
        Check(StockOf.Values.All(stock => stock >= 0), "StockOf must not hold a negative stock");
        Check(FaultShare503 is >= 0 and <= 1, "FaultShare503 must be 0..1");
        Check(AddedLatency >= TimeSpan.Zero && AddedLatency <= TimeSpan.FromMinutes(1), "AddedLatency must be 0..1 min");
        Check(SlowStart >= TimeSpan.Zero && SlowStartLatency >= TimeSpan.Zero, "SlowStart and SlowStartLatency must not be negative");
        Check(TokenLifetime > TimeSpan.Zero, "TokenLifetime must be positive");
        Check(MaxRegistered > 0 && MaxSessions > 0 && MaxOrders > 0, "MaxRegistered, MaxSessions and MaxOrders must be positive");
        if (errors.Count > 0)
        {
            throw new ArgumentException("ShopOptions: " + string.Join("; ", errors) + ".");
        }

        void Check(bool holds, string error)
        {
            if (!holds)
            {
                errors.Add(error);
            }
        }
    }
}
