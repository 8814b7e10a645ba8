namespace ApeTest.Shop.Catalog;

/// <summary>A product and its stock, which any number of checkouts may reduce at once but never below zero.</summary>
internal sealed class Product(int id, string name, string category, int cents, string description, int stock)
{
    private int _stock = stock;

    public int Id { get; } = id;

    public string Name { get; } = name;

    public string Category { get; } = category;

    public int Cents { get; } = cents;

    public string Description { get; } = description;

    public int Stock => Volatile.Read(ref _stock);

    public bool TryTake(int quantity)
    {
        var seen = Volatile.Read(ref _stock);
        while (seen >= quantity)
        {
            var before = Interlocked.CompareExchange(ref _stock, seen - quantity, seen);
            if (before == seen)
            {
                return true;
            }

            seen = before;
        }

        return false;
    }

    public void GiveBack(int quantity)
    {
        Interlocked.Add(ref _stock, quantity);
    }
}
