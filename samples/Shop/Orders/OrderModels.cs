using System.ComponentModel;
using ApeTest.Shop.Carts;
using ApeTest.Shop.OpenApi;

namespace ApeTest.Shop.Orders;

[Description("A placed order.")]
internal sealed record OrderDetails(
    [property: Description("Order id; getOrder takes it as orderId."), Example("ord-000001")] string Id,
    [property: Example("placed")] string Status,
    [property: Description("Sum in EUR."), Example(8.4)] decimal Total,
    [property: Example("EUR")] string Currency,
    List<CartItem> Items,
    [property: Description("When it was placed, UTC.")] DateTimeOffset Created)
{
    public static OrderDetails Of(Order order)
    {
        var items = new List<CartItem>(order.Lines.Length);
        foreach (var (product, quantity) in order.Lines)
        {
            items.Add(CartItem.Of(product, quantity));
        }

        return new OrderDetails(order.Id, "placed", Money.FromCents(order.Cents), Money.Currency, items, order.Created);
    }
}

[Description("One page of orders, the newest first.")]
internal sealed record OrderPage(
    List<OrderDetails> Items,
    [property: Example(1)] int Page,
    [property: Example(20)] int PageSize,
    [property: Description("Orders of this customer that are kept, on all pages."), Example(1)] int Total);
