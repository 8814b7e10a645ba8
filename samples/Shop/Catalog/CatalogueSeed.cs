using ApeTest.Shop.Faults;

namespace ApeTest.Shop.Catalog;

/// <summary>
/// The products: 24 fixed ones, then generated ones. In each category the fixed ones hold the lowest price, so that "the cheapest coffee"
/// is one product, whatever the seed and however it is searched for; only coffees are called coffee.
/// </summary>
internal static class CatalogueSeed
{
    public static readonly string[] Categories = ["coffee", "tea", "mug", "equipment", "snack"];

    private static readonly (string Name, string Category, int Cents, string Description)[] Fixed =
    [
        ("Espresso Roast Coffee 500 g", "coffee", 990, "Dark and heavy, for espresso machines."),
        ("House Blend Coffee 250 g", "coffee", 540, "Our everyday blend."),
        ("Decaf Coffee 250 g", "coffee", 680, "Decaffeinated with spring water."),
        ("Breakfast Coffee 250 g", "coffee", 420, "Mild and light, good in large cups."),
        ("Colombia Single Origin Coffee 250 g", "coffee", 850, "Caramel and red apple."),
        ("Ethiopia Yirgacheffe Coffee 250 g", "coffee", 1020, "Jasmine and lemon."),
        ("Cold Brew Coffee 1 l", "coffee", 730, "Ready to drink; keep it cold."),
        ("Geisha Microlot Coffee 100 g", "coffee", 2400, "A few bags a year."),
        ("English Breakfast Tea 50 bags", "tea", 310, "Strong black tea."),
        ("Green Sencha Tea 100 g", "tea", 460, "First flush, steamed."),
        ("Earl Grey Tea 50 bags", "tea", 280, "Black tea with bergamot."),
        ("Chamomile Tea 20 bags", "tea", 340, "Whole blossoms."),
        ("White Mug", "mug", 600, "Porcelain, 300 ml."),
        ("Blue Stoneware Mug", "mug", 950, "Hand-glazed, 350 ml."),
        ("Travel Mug", "mug", 1400, "Steel, keeps warm for 4 hours."),
        ("Espresso Cup Set", "mug", 1800, "Four cups with saucers."),
        ("Hand Grinder", "equipment", 3900, "Steel burrs, 30 g."),
        ("French Press", "equipment", 2700, "Glass, 1 l."),
        ("Paper Filters 100 pieces", "equipment", 220, "Size 4, unbleached."),
        ("Gooseneck Kettle", "equipment", 4500, "Pours slowly and precisely."),
        ("Dark Chocolate Bar", "snack", 250, "70 % cocoa."),
        ("Oat Cookies", "snack", 330, "Twelve pieces."),
        ("Almond Biscotti", "snack", 440, "Twice baked; sold out until autumn."),
        ("Numbered Anniversary Mug", "mug", 3200, "The last of a hundred."),
    ];

    private static readonly string[] Origins =
        ["Antigua", "Boquete", "Chiapas", "Djimmah", "Huila", "Kirinyaga", "Limu", "Mandheling", "Narino", "Sidamo", "Tarrazu", "Uganda"];

    // Lowest price and span in cents of generated products: above the cheapest fixed one of the category.
    private static readonly (string Kind, int From, int Span)[] Generated =
        [("Coffee 250 g", 1100, 1800), ("Tea 100 g", 500, 1000), ("Mug", 1000, 2000), ("Brewer", 2000, 9000), ("Waffles", 500, 400)];

    public static Product[] Create(ShopOptions options)
    {
        var products = new Product[options.Products];
        for (var id = 1; id <= products.Length; id++)
        {
            var stock = options.StockOf.GetValueOrDefault(id, options.Stock);
            if (id <= Fixed.Length)
            {
                var (name, category, cents, description) = Fixed[id - 1];
                products[id - 1] = new Product(id, name, category, cents, description, stock);
                continue;
            }

            var kind = (id - 1) % Categories.Length;
            var draw = SeededHash.Of(options.Seed, id);
            var origin = Origins[(int)(draw % (ulong)Origins.Length)];
            // Prices end in a full ten cents, as the fixed ones do.
            var price = Generated[kind].From + ((int)(draw / 64 % (ulong)(Generated[kind].Span / 10)) * 10);
            products[id - 1] = new Product(
                id, $"{origin} {Generated[kind].Kind} No. {id}", Categories[kind], price, $"From {origin}, lot {id}.", stock);
        }

        return products;
    }
}
