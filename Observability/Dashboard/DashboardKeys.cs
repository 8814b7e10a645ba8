using System.Security.Cryptography;
using System.Text;

namespace ApeTest.Observability.Dashboard;

/// <summary>
/// Who may look: a link carries a key that opens one browser, once; the browser then shows a cookie that no script can read. Both are kept as hashes, few at
/// a time, as long as this process lives. Thread-safe.
/// </summary>
public sealed class DashboardKeys(TimeProvider time)
{
    /// <summary>Where the dashboard is, below the collector's URL; the cookie goes nowhere else.</summary>
    public const string Path = "/dashboard";

    /// <summary>Name of the parameter that carries a link's key.</summary>
    public const string Parameter = "t";

    private const int Most = 32;

    private static readonly TimeSpan LinkLife = TimeSpan.FromHours(12);

    private readonly Lock _lock = new();
    private readonly List<(byte[] Hash, DateTimeOffset Until)> _links = [];
    private readonly List<byte[]> _sessions = [];

    /// <summary>A new link to the dashboard of the collector at <paramref name="collector"/>; it works once, within 12 hours. The oldest of more than 32 is given up.</summary>
    /// <param name="collector">Base URL.</param>
    /// <param name="run">The run to open; null for the list.</param>
    public Uri Link(Uri collector, string? run = null)
    {
        var key = NewKey();
        lock (_lock)
        {
            Keep(_links, (Hash(key), time.GetUtcNow() + LinkLife));
        }
        return new Uri(collector, $"{Path}{(run is null ? string.Empty : $"/runs/{run}")}?{Parameter}={key}");
    }

    /// <summary>Trades the key of a link for a cookie's value; null where it is unknown, used or old.</summary>
    internal string? Redeem(string key)
    {
        var (hash, now) = (Hash(key), time.GetUtcNow());
        lock (_lock)
        {
            var found = _links.FindIndex(link => link.Until > now && CryptographicOperations.FixedTimeEquals(link.Hash, hash));
            if (found < 0)
            {
                return null;
            }
            _links.RemoveAt(found);
            var session = NewKey();
            Keep(_sessions, Hash(session));
            return session;
        }
    }

    /// <summary>Whether a cookie is one that was given out.</summary>
    internal bool Knows(string? session)
    {
        if (session is null)
        {
            return false;
        }
        var hash = Hash(session);
        lock (_lock)
        {
            return _sessions.Exists(known => CryptographicOperations.FixedTimeEquals(known, hash));
        }
    }

    private static void Keep<T>(List<T> kept, T item)
    {
        if (kept.Count == Most)
        {
            kept.RemoveAt(0);
        }
        kept.Add(item);
    }

    private static string NewKey() => RandomNumberGenerator.GetHexString(48, lowercase: true);

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
