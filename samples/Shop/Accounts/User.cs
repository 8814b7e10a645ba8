using System.Security.Cryptography;
using System.Text;

namespace ApeTest.Shop.Accounts;

/// <summary>A customer, and which orders are theirs.</summary>
internal sealed class User(int id, string name, string password)
{
    private const int MaxOrders = 1000;

    // A fast hash, unfit for real passwords: this shop is there to be hit many thousand times a second.
    private readonly byte[] _password = Hash(name, password);
    private readonly Queue<long> _orders = new();

    public int Id { get; } = id;

    public string Name { get; } = name;

    public bool HasPassword(string password)
    {
        return CryptographicOperations.FixedTimeEquals(_password, Hash(Name, password));
    }

    public void AddOrder(long order)
    {
        lock (_orders)
        {
            _orders.Enqueue(order);
            if (_orders.Count > MaxOrders)
            {
                _orders.Dequeue();
            }
        }
    }

    /// <summary>Numbers of this user's last 1,000 orders, the newest first.</summary>
    public long[] Orders()
    {
        long[] orders;
        lock (_orders)
        {
            orders = [.. _orders];
        }

        Array.Reverse(orders);
        return orders;
    }

    private static byte[] Hash(string name, string password)
    {
        return SHA256.HashData(Encoding.UTF8.GetBytes(name + ":" + password));
    }
}
