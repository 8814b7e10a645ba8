using System.Collections.Concurrent;

namespace ApeTest.ServiceDefaults.Metrics;

/// <summary>
/// The values of a label that a scenario, a document or a client could make any number of: the first ones keep their names, all later ones share <see cref="Other"/>, for as long
/// as the process lives, since its series live as long. Thread-safe.
/// </summary>
/// <param name="most">Most names beside <see cref="Other"/>.</param>
public sealed class LabelNames(int most)
{
    /// <summary>The value that takes what is beyond the bound.</summary>
    public const string Other = "_other";

    private readonly ConcurrentDictionary<string, byte> _names = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private volatile bool _full = most == 0;

    /// <summary>The label's value for a name: the name itself, or <see cref="Other"/>.</summary>
    public string Of(string name) => Has(name) ? name : Other;

    /// <summary>Whether a name is one of those that are kept.</summary>
    /// <param name="name">The name.</param>
    /// <param name="add">Whether it becomes one where there is room.</param>
    public bool Has(string name, bool add = true)
    {
        if (_names.ContainsKey(name))
        {
            return true;
        }

        // Beyond the bound each measurement comes here: it must not wait.
        if (!add || _full)
        {
            return false;
        }

        lock (_gate)
        {
            if (_full)
            {
                return _names.ContainsKey(name);
            }

            _names.TryAdd(name, 0);
            _full = _names.Count >= most;
            return true;
        }
    }
}
