namespace ApeTest.Shop;

/// <summary>Amounts are whole cents inside and decimals of EUR outside.</summary>
internal static class Money
{
    public const string Currency = "EUR";

    public static decimal FromCents(long cents)
    {
        return decimal.CreateChecked(cents) / 100m;
    }
}
