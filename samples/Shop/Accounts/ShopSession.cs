using ApeTest.Shop.Carts;

namespace ApeTest.Shop.Accounts;

/// <summary>One login, with its cart.</summary>
internal sealed class ShopSession(string token, User user, DateTimeOffset expires)
{
    public string Token { get; } = token;

    public User User { get; } = user;

    public DateTimeOffset Expires { get; } = expires;

    public CartStore Cart { get; } = new();
}
