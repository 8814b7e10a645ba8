namespace ApeTest.Shop.Orders;

/// <summary>The last orders, numbered from 1, in a ring that is allocated as it fills. No lock.</summary>
internal sealed class OrderStore(int capacity)
{
    private const int SegmentSize = 4096;

    private readonly Order?[]?[] _segments = new Order?[]?[(capacity + SegmentSize - 1) / SegmentSize];
    private long _last;

    public Order Add(Func<long, Order> create)
    {
        var order = create(Interlocked.Increment(ref _last));
        var slot = (order.Number - 1) % capacity;
        ref var segment = ref _segments[slot / SegmentSize];
        var orders = Volatile.Read(ref segment);
        if (orders is null)
        {
            var fresh = new Order?[SegmentSize];
            orders = Interlocked.CompareExchange(ref segment, fresh, null) ?? fresh;
        }

        Volatile.Write(ref orders[slot % SegmentSize], order);
        return order;
    }

    /// <summary>Null if there never was such an order, or it is forgotten.</summary>
    public Order? Find(long number)
    {
        if (number < 1)
        {
            return null;
        }

        var slot = (number - 1) % capacity;
        var orders = Volatile.Read(ref _segments[slot / SegmentSize]);
        var order = orders is null ? null : Volatile.Read(ref orders[slot % SegmentSize]);
        return order?.Number == number ? order : null;
    }

    /// <summary>All that are kept, the oldest first.</summary>
    public IEnumerable<Order> All()
    {
        var last = Interlocked.Read(ref _last);
        for (var number = Math.Max(1, last - capacity + 1); number <= last; number++)
        {
            if (Find(number) is { } order)
            {
                yield return order;
            }
        }
    }
}
