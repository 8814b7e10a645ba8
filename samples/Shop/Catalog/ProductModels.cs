using System.ComponentModel;
using ApeTest.Shop.OpenApi;

namespace ApeTest.Shop.Catalog;

[Description("A product in a list.")]
internal sealed record ProductItem(
    [property: Description("Product id; addToCart takes it as productId."), Example(4)] int Id,
    [property: Example("Breakfast Coffee 250 g")] string Name,
    [property: Example("coffee")] string Category,
    [property: Description("Price of one piece in EUR."), Example(4.2)] decimal Price,
    [property: Description("Pieces in stock."), Example(100000)] int Stock);

[Description("A product in full.")]
internal sealed record ProductDetails(
    [property: Example(4)] int Id,
    [property: Example("Breakfast Coffee 250 g")] string Name,
    [property: Example("coffee")] string Category,
    [property: Description("Price of one piece in EUR."), Example(4.2)] decimal Price,
    [property: Description("Pieces in stock."), Example(100000)] int Stock,
    [property: Example("Mild and light, good in large cups.")] string Description);

[Description("One page of products.")]
internal sealed record ProductPage(
    List<ProductItem> Items,
    [property: Example(1)] int Page,
    [property: Example(20)] int PageSize,
    [property: Description("Products that match, on all pages."), Example(200)] int Total);
