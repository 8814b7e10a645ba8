using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ApeTest.Journey_Target;

/// <summary>Ready-made lists of products. Each has other products, so that a client must have read its own.</summary>
internal static class ProductPages
{
    public const int Count = 64;

    private const int PerPage = 20;

    private static readonly byte[][] Pages = [.. Enumerable.Range(0, Count).Select(Render)];

    /// <summary>Page as JSON: <c>{"items":[{"id":"p0021","name":...}],"page":1}</c>, 20 items.</summary>
    public static byte[] Of(int page) => Pages[page];

    /// <summary>Whether a page has a product.</summary>
    public static bool Has(int page, string? product) =>
        product is ['p', .. var digits] && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number / PerPage == page;

    private static byte[] Render(int page)
    {
        var text = new StringBuilder("""{"items":[""");
        for (var i = 0; i < PerPage; i++)
        {
            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture,
                $$"""{"id":"p{{(page * PerPage) + i:0000}}","name":"Coffee no. {{i}}","price":{{3.5 + (i / 4.0):0.00}},"stock":{{1000 + i}},"roast":"medium"}""");
        }

        var bytes = Encoding.UTF8.GetBytes(text.Append(CultureInfo.InvariantCulture, $$"""],"page":{{page}}}""").ToString());
        using var parsed = JsonDocument.Parse(bytes); // what is sent a million times is JSON
        return bytes;
    }
}
