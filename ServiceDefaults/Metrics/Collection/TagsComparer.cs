using System.Diagnostics.CodeAnalysis;
using Tags = System.ReadOnlySpan<System.Collections.Generic.KeyValuePair<string, object?>>;

namespace ApeTest.ServiceDefaults.Metrics.Collection;

/// <summary>Finds a series by a measurement's tags as they lie on the caller's stack: recording allocates nothing.</summary>
internal sealed class TagsComparer :
    IEqualityComparer<KeyValuePair<string, object?>[]>,
    IAlternateEqualityComparer<Tags, KeyValuePair<string, object?>[]>
{
    public bool Equals(KeyValuePair<string, object?>[]? x, KeyValuePair<string, object?>[]? y)
    {
        return ReferenceEquals(x, y) || (x is not null && y is not null && Equals((Tags)x, y));
    }

    public int GetHashCode([DisallowNull] KeyValuePair<string, object?>[] obj)
    {
        return GetHashCode((Tags)obj);
    }

    public KeyValuePair<string, object?>[] Create(Tags alternate)
    {
        return alternate.ToArray();
    }

    public bool Equals(Tags alternate, KeyValuePair<string, object?>[] other)
    {
        if (alternate.Length != other.Length)
        {
            return false;
        }

        for (var i = 0; i < other.Length; i++)
        {
            if (!string.Equals(alternate[i].Key, other[i].Key, StringComparison.Ordinal) || !Equals(alternate[i].Value, other[i].Value))
            {
                return false;
            }
        }

        return true;
    }

    public int GetHashCode(Tags alternate)
    {
        var hash = new HashCode();
        foreach (var (key, value) in alternate)
        {
            hash.Add(key);
            hash.Add(value);
        }

        return hash.ToHashCode();
    }
}
