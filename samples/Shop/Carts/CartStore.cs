using ApeTest.Shop.Catalog;

namespace ApeTest.Shop.Carts;

/// <summary>One cart. Its lock is its own: other logins never wait for it.</summary>
internal sealed class CartStore
{
    public const int MaxLines = 100;
    public const int MaxQuantity = 1000;

    // Most logins never fill their cart.
    private List<(Product Product, int Quantity)>? _lines;

    /// <summary>Held by a checkout from reading the cart to emptying it, so that one cart is never bought twice.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Null if the cart would grow beyond its bounds; else the cart afterwards.</summary>
    public (Product Product, int Quantity)[]? Add(Product product, int quantity)
    {
        lock (Gate)
        {
            _lines ??= [];
            var index = _lines.FindIndex(line => line.Product == product);
            var had = index < 0 ? 0 : _lines[index].Quantity;
            if (had + quantity > MaxQuantity || (index < 0 && _lines.Count >= MaxLines))
            {
                return null;
            }

            if (index < 0)
            {
                _lines.Add((product, quantity));
            }
            else
            {
                _lines[index] = (product, had + quantity);
            }

            return [.. _lines];
        }
    }

    public bool Remove(int productId)
    {
        lock (Gate)
        {
            return _lines?.RemoveAll(line => line.Product.Id == productId) > 0;
        }
    }

    public (Product Product, int Quantity)[] Lines()
    {
        lock (Gate)
        {
            return _lines is null ? [] : [.. _lines];
        }
    }

    public void Clear()
    {
        lock (Gate)
        {
            _lines = null;
        }
    }
}
