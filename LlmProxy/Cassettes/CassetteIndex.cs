using System.Runtime.InteropServices;
using ApeTest.LlmProxy.Providers;

namespace ApeTest.LlmProxy.Cassettes;

/// <summary>
/// What is recorded, by key. Of several answers to one request the nth request gets the nth, and from then on the last. Sessions are counted apart, and a session gets
/// the answers that it got when it was recorded where there are any: so a run replays the same whatever order its agents come in. Thread-safe.
/// </summary>
internal sealed class CassetteIndex
{
    /// <summary>Counters at most; requests beyond that start with the first answer again and again.</summary>
    private const int MostCounters = 1_000_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<CassetteEntry>> _byKey = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Key, string Session), int> _asked = [];
    private readonly List<CassetteEntry> _all = [];
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public void Add(Exchange exchange, LinePlace place)
    {
        var key = CanonicalRequest.KeyOf(exchange.Provider, exchange.Kind, exchange.Request);
        var (model, marks) = RequestMarks.Read(exchange.Request);
        lock (_lock)
        {
            var entry = new CassetteEntry(place, Once(exchange.Provider), exchange.Kind, Once(model), Once(exchange.Session), exchange.IsSuccess, marks);
            _all.Add(entry);
            (CollectionsMarshal.GetValueRefOrAddDefault(_byKey, key, out _) ??= []).Add(entry);
        }
    }

    /// <summary>The entry whose turn it is; null: nothing is recorded.</summary>
    /// <param name="key">Key of the request.</param>
    /// <param name="session">Who asks; empty: nobody named.</param>
    /// <param name="errors">Whether recorded refusals count.</param>
    public CassetteEntry? Next(string key, string session, bool errors)
    {
        lock (_lock)
        {
            if (!_byKey.TryGetValue(key, out var entries))
            {
                return null;
            }

            var count = entries.Count(entry => errors || entry.IsSuccess);
            var own = entries.Count(entry => entry.Session == session && (errors || entry.IsSuccess));
            if (count == 0)
            {
                return null;
            }

            var number = 0;
            if ((own > 0 ? own : count) > 1)
            {
                _asked.TryGetValue((key, session), out number);
                if (number > 0 || _asked.Count < MostCounters)
                {
                    _asked[(key, session)] = number + 1;
                }
            }

            return entries.Where(entry => (own == 0 || entry.Session == session) && (errors || entry.IsSuccess)).ElementAt(Math.Min(number, (own > 0 ? own : count) - 1));
        }
    }

    /// <summary>The recorded requests that have most in common with this one, the nearest first.</summary>
    public IReadOnlyList<CassetteEntry> Nearest(string provider, RequestKind kind, byte[] request, int count)
    {
        var (model, marks) = RequestMarks.Read(request);
        HashSet<int> asked = [.. marks];
        lock (_lock)
        {
            return [.. _all.Where(entry => entry.Kind == kind)
                .OrderByDescending(entry => entry.Marks.Count(asked.Contains) + (entry.Provider == provider ? 1 : 0) + (entry.Model == model ? 1 : 0))
                .ThenBy(entry => Math.Abs(entry.Marks.Length - marks.Length))
                .ThenBy(entry => entry.Place.Number)
                .Take(count)];
        }
    }

    /// <summary>Models of a provider that something is recorded of.</summary>
    public IReadOnlyList<string> Models(string provider)
    {
        lock (_lock)
        {
            return [.. _all.Where(entry => entry.Provider == provider && entry.Model.Length > 0).Select(entry => entry.Model).Distinct().Order(StringComparer.Ordinal)];
        }
    }

    // One string of each name, however many lines have it.
    private string Once(string name)
    {
        if (_names.TryGetValue(name, out var known))
        {
            return known;
        }

        _names.Add(name);
        return name;
    }
}

/// <summary>A recorded exchange, as the index knows it.</summary>
/// <param name="Place">Its line.</param>
/// <param name="Provider">Name of the provider.</param>
/// <param name="Kind">Endpoint.</param>
/// <param name="Model">Model id; empty: none.</param>
/// <param name="Session">Who asked; empty: nobody named.</param>
/// <param name="IsSuccess">Whether the provider did not refuse.</param>
/// <param name="Marks">What the request is made of (<see cref="RequestMarks"/>).</param>
internal sealed record CassetteEntry(LinePlace Place, string Provider, RequestKind Kind, string Model, string Session, bool IsSuccess, int[] Marks);
