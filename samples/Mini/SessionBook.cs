using System.Security.Cryptography;
using ApeTest.Shop.Storage;

namespace ApeTest.Mini;

/// <summary>Who is logged in, by a value that nobody can guess. Bounded: the oldest session makes room.</summary>
internal sealed class SessionBook<T>
    where T : class
{
    private const int Most = 100_000;

    private readonly BoundedStore<string, T> _sessions = new(Most, StringComparer.Ordinal);

    /// <summary>Opens a session and returns its value.</summary>
    public string Open(T session)
    {
        var value = RandomNumberGenerator.GetHexString(32, lowercase: true);
        _sessions.TryAdd(value, session);
        return value;
    }

    /// <summary>The session of a value; null for none.</summary>
    public T? Find(string? value) => string.IsNullOrEmpty(value) ? null : _sessions.Find(value);

    /// <summary>Ends it.</summary>
    public void Close(string value) => _sessions.Remove(value);
}
