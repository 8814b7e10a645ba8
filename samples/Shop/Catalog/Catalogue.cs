namespace ApeTest.Shop.Catalog;

/// <summary>All products, in every order that can be asked for. Never changes but for stock.</summary>
internal sealed class Catalogue
{
    private readonly Product[] _byId;
    private readonly Dictionary<string, Product[]> _sorted;

    public Catalogue(ShopOptions options)
    {
        _byId = CatalogueSeed.Create(options);
        _sorted = new Dictionary<string, Product[]>(StringComparer.Ordinal)
        {
            ["price"] = [.. _byId.OrderBy(product => product.Cents).ThenBy(product => product.Id)],
            ["-price"] = [.. _byId.OrderByDescending(product => product.Cents).ThenBy(product => product.Id)],
            ["name"] = [.. _byId.OrderBy(product => product.Name, StringComparer.OrdinalIgnoreCase).ThenBy(product => product.Id)],
            ["-name"] = [.. _byId.OrderByDescending(product => product.Name, StringComparer.OrdinalIgnoreCase).ThenBy(product => product.Id)],
        };
    }

    public Product? Find(int id)
    {
        return id >= 1 && id <= _byId.Length ? _byId[id - 1] : null;
    }

    /// <summary>One page of what matches, and how many match. Null if there is no such order.</summary>
    public (List<Product> Page, int Total)? Search(string? text, string? category, string? sort, int page, int pageSize)
    {
        var products = string.IsNullOrEmpty(sort) ? _byId : _sorted.GetValueOrDefault(sort);
        if (products is null)
        {
            return null;
        }

        var words = string.IsNullOrWhiteSpace(text) ? [] : text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var first = (page - 1L) * pageSize;
        var found = new List<Product>(Math.Min(pageSize, products.Length));
        var total = 0;
        foreach (var product in products)
        {
            if (Matches(product, words, category))
            {
                if (total >= first && found.Count < pageSize)
                {
                    found.Add(product);
                }

                total++;
            }
        }

        return (found, total);
    }

    private static bool Matches(Product product, string[] words, string? category)
    {
        if (!string.IsNullOrEmpty(category) && !string.Equals(product.Category, category, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        foreach (var word in words)
        {
            if (!product.Name.Contains(word, StringComparison.OrdinalIgnoreCase) && !product.Category.Contains(word, StringComparison.OrdinalIgnoreCase))
            {
                return false;
            }
        }

        return true;
    }
}
