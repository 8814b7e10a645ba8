using System.Collections.Frozen;
using ApeTest.Shop.Storage;

namespace ApeTest.Shop.Accounts;

/// <summary>The seeded users, who are always there, and those who registered.</summary>
internal sealed class UserStore
{
    private readonly FrozenDictionary<string, User> _seeded;
    private readonly BoundedStore<string, User> _registered;
    private int _lastId;

    public UserStore(ShopOptions options)
    {
        _seeded = Enumerable.Range(1, options.Users)
            .Select(number => (Number: number, Seed: ShopSeed.User(number)))
            .ToFrozenDictionary(user => user.Seed.Name, user => new User(user.Number, user.Seed.Name, user.Seed.Password), StringComparer.Ordinal);
        _registered = new BoundedStore<string, User>(options.MaxRegistered, StringComparer.Ordinal);
        _lastId = options.Users;
    }

    public User? Find(string name)
    {
        return _seeded.GetValueOrDefault(name) ?? _registered.Find(name);
    }

    /// <summary>Null if the name is taken.</summary>
    public User? Register(string name, string password)
    {
        if (Find(name) is not null)
        {
            return null;
        }

        var user = new User(Interlocked.Increment(ref _lastId), name, password);
        return _registered.TryAdd(name, user) ? user : null;
    }
}
