using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ApeTest.Shop.OpenApi;
using ApeTest.Shop.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace ApeTest.Shop.Catalog;

internal static class ProductEndpoints
{
    private const int MaxPageSize = 100;

    public static void MapProducts(this IEndpointRouteBuilder app)
    {
        app.MapGet("/products", List)
            .Operation("listProducts", "List products", "Lists and searches products, paged. Sort by price to get the cheapest first.", "products")
            .Answers<ProductPage>(200, "The page; empty beyond the last one.").Fails(422, "A parameter is out of range.");
        app.MapGet("/products/{productId}", Get)
            .Operation("getProduct", "Get a product", "Returns one product with its description and current stock.", "products")
            .Answers<ProductDetails>(200, "The product.").Fails(404, "No product has this id.");
    }

    private static IResult List(
        ShopStore shop,
        [Description("Words to search for in name and category."), Example("coffee")] string? q,
        [Description("Only this category."), OneOf("coffee", "tea", "mug", "equipment", "snack")] string? category,
        [Description("Order: price or name, descending with a minus. Default: by id."), OneOf("price", "-price", "name", "-name")] string? sort,
        [Description("Page, from 1."), Range(1, int.MaxValue)] int page = 1,
        [Description("Products on a page."), Range(1, MaxPageSize)] int pageSize = 20)
    {
        if (page < 1)
        {
            return Problems.Invalid(("page", "must be at least 1"));
        }

        if (pageSize is < 1 or > MaxPageSize)
        {
            return Problems.Invalid(("pageSize", "must be 1 to 100"));
        }

        if (shop.State.Catalogue.Search(q, category, sort, page, pageSize) is not var (found, total))
        {
            return Problems.Invalid(("sort", "must be price, -price, name or -name"));
        }

        var items = new List<ProductItem>(found.Count);
        foreach (var product in found)
        {
            items.Add(new ProductItem(product.Id, product.Name, product.Category, Money.FromCents(product.Cents), product.Stock));
        }

        return TypedResults.Ok(new ProductPage(items, page, pageSize, total));
    }

    private static IResult Get([Description("Product id."), Example(4)] int productId, ShopStore shop)
    {
        return shop.State.Catalogue.Find(productId) is { } product
            ? TypedResults.Ok(new ProductDetails(
                product.Id, product.Name, product.Category, Money.FromCents(product.Cents), product.Stock, product.Description))
            : Problems.NotFound($"No product has the id {productId}. GET /products lists them.");
    }
}
