using ApeTest.Shop.Accounts;
using ApeTest.Shop.Catalog;
using ApeTest.Shop.Orders;

namespace ApeTest.Shop.Storage;

/// <summary>All that a shop remembers. Thread-safe.</summary>
internal sealed class ShopState(ShopOptions options)
{
    public Catalogue Catalogue { get; } = new(options);

    public UserStore Users { get; } = new(options);

    public SessionStore Sessions { get; } = new(options);

    public OrderStore Orders { get; } = new(options.MaxOrders);
}
