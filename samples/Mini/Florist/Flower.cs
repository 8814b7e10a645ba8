namespace ApeTest.Mini.Florist;

/// <summary>What the florist sells.</summary>
internal sealed record Flower(string Slug, string Name, decimal Price)
{
    /// <summary>All of it.</summary>
    public static IReadOnlyList<Flower> All { get; } =
    [
        new("red-roses", "Red roses", 19.50m),
        new("white-tulips", "White tulips", 12.00m),
        new("sunflowers", "Sunflowers", 9.90m),
        new("orchid", "Orchid in a pot", 24.00m),
    ];
}
