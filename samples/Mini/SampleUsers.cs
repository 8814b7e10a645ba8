using ApeTest.Shop;

namespace ApeTest.Mini;

/// <summary>The users of every sample: <c>user-0001</c> / <c>pass-0001</c> to <c>user-1000</c> / <c>pass-1000</c>.</summary>
public static class SampleUsers
{
    /// <summary>How many there are.</summary>
    public const int Count = 1000;

    private static readonly Dictionary<string, string> Passwords =
        Enumerable.Range(1, Count).Select(ShopSeed.User).ToDictionary(static user => user.Name, static user => user.Password, StringComparer.Ordinal);

    /// <summary>Whether there is such a user with that password.</summary>
    public static bool Has(string? name, string? password) => name is not null && Passwords.TryGetValue(name, out var known) && known == password;
}
