using System.Globalization;
using ApeTest.Shop.Storage;

namespace ApeTest.Mini.Florist;

/// <summary>Visits and orders. Bounded: the oldest makes room.</summary>
internal sealed class FloristState
{
    private const int MostOrders = 100_000;

    private readonly BoundedStore<string, FlowerOrder> _orders = new(MostOrders, StringComparer.Ordinal);
    private long _last;

    /// <summary>Browsers by their cookie.</summary>
    public SessionBook<Visit> Visits { get; } = new();

    /// <summary>The order of that id; null for none.</summary>
    public FlowerOrder? Order(string id) => _orders.Find(id);

    /// <summary>Places what is in the cart.</summary>
    public FlowerOrder Place(Visit visit, string address)
    {
        var items = string.Join(", ", Flower.All.Where(flower => visit.Cart.ContainsKey(flower.Slug)).Select(flower => $"{visit.Cart[flower.Slug]} x {flower.Name}"));
        var id = string.Create(CultureInfo.InvariantCulture, $"fl-{Interlocked.Increment(ref _last):D6}");
        var order = new FlowerOrder(id, visit.User!, address, items, visit.Total);
        visit.Cart.Clear();
        _orders.TryAdd(id, order);
        return order;
    }
}
