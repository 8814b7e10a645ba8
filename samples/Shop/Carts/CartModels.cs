using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using ApeTest.Shop.Catalog;
using ApeTest.Shop.OpenApi;

namespace ApeTest.Shop.Carts;

[Description("What to put into the cart.")]
internal sealed record NewCartItem
{
    [Required]
    [Range(1, int.MaxValue)]
    [Description("Product id, as in the list of products.")]
    [Example(4)]
    public int ProductId { get; init; }

    [Required]
    [Range(1, CartStore.MaxQuantity)]
    [Description("Pieces to add.")]
    [Example(2)]
    public int Quantity { get; init; }
}

[Description("One product in a cart or an order.")]
internal sealed record CartItem(
    [property: Example(4)] int ProductId,
    [property: Example("Breakfast Coffee 250 g")] string Name,
    [property: Example(2)] int Quantity,
    [property: Description("Price of one piece in EUR."), Example(4.2)] decimal Price,
    [property: Description("Price of all pieces in EUR."), Example(8.4)] decimal LineTotal)
{
    public static CartItem Of(Product product, int quantity)
    {
        return new CartItem(product.Id, product.Name, quantity, Money.FromCents(product.Cents), Money.FromCents((long)product.Cents * quantity));
    }
}

[Description("The cart of this login.")]
internal sealed record Cart(
    List<CartItem> Items,
    [property: Description("Sum in EUR."), Example(8.4)] decimal Total,
    [property: Example("EUR")] string Currency)
{
    public static Cart Of((Product Product, int Quantity)[] lines)
    {
        var items = new List<CartItem>(lines.Length);
        long cents = 0;
        foreach (var (product, quantity) in lines)
        {
            items.Add(CartItem.Of(product, quantity));
            cents += (long)product.Cents * quantity;
        }

        return new Cart(items, Money.FromCents(cents), Money.Currency);
    }
}
