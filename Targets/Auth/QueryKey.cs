namespace ApeTest.Targets.Auth;

/// <summary>An API key in the query of a URL.</summary>
internal static class QueryKey
{
    /// <summary>The URL with the key: the request's own parameter of that name stays, unless it is to be replaced.</summary>
    /// <param name="url">The URL on the target.</param>
    /// <param name="pair"><c>name=value</c>, escaped.</param>
    /// <param name="replaces">Whether it replaces the request's own.</param>
    public static Uri Show(Uri url, string pair, bool replaces)
    {
        var name = pair.AsSpan(0, pair.IndexOf('='));
        var query = url.Query.AsSpan().TrimStart('?');
        if (!Has(query, name))
        {
            return new Uri(url.GetLeftPart(UriPartial.Path) + "?" + (query.IsEmpty ? pair : $"{query}&{pair}"));
        }
        if (!replaces)
        {
            return url;
        }
        var kept = new List<string>();
        foreach (var range in query.Split('&'))
        {
            if (!IsNamed(query[range], name))
            {
                kept.Add(query[range].ToString());
            }
        }
        return new Uri(url.GetLeftPart(UriPartial.Path) + "?" + string.Join('&', kept.Append(pair)));
    }

    private static bool Has(ReadOnlySpan<char> query, ReadOnlySpan<char> name)
    {
        foreach (var range in query.Split('&'))
        {
            if (IsNamed(query[range], name))
            {
                return true;
            }
        }
        return false;
    }

    private static bool IsNamed(ReadOnlySpan<char> parameter, ReadOnlySpan<char> name)
    {
        var equals = parameter.IndexOf('=');
        var own = equals < 0 ? parameter : parameter[..equals];
        return own.SequenceEqual(name) || Uri.UnescapeDataString(own) == Uri.UnescapeDataString(name);
    }
}
