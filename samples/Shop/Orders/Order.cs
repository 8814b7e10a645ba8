using System.Diagnostics;
using ApeTest.Shop.Accounts;
using ApeTest.Shop.Catalog;

namespace ApeTest.Shop.Orders;

/// <summary>A placed order. Kept small: there may be millions.</summary>
internal sealed class Order(long number, User user, ActivityTraceId traceId, long cents, DateTimeOffset created, (Product Product, int Quantity)[] lines)
{
    private const string Prefix = "ord-";

    public long Number { get; } = number;

    public string Id => FormatId(Number);

    public User User { get; } = user;

    public ActivityTraceId TraceId { get; } = traceId;

    public long Cents { get; } = cents;

    public DateTimeOffset Created { get; } = created;

    public (Product Product, int Quantity)[] Lines { get; } = lines;

    public static string FormatId(long number)
    {
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Prefix}{number:D6}");
    }

    /// <summary>Null if this is no order id.</summary>
    public static long? ParseId(string id)
    {
        return id.StartsWith(Prefix, StringComparison.Ordinal)
            && long.TryParse(id.AsSpan(Prefix.Length), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }
}
