using System.Collections.Concurrent;
using System.Text.Json;

namespace ApeTest.ServiceDefaults.Logging;

/// <summary>Names of fields on a log line: a message's <c>{OrderId}</c> is written as <c>order_id</c>.</summary>
internal static class FieldNames
{
    private const int MaxCached = 1024;

    private static readonly ConcurrentDictionary<string, string> Cache = new(StringComparer.Ordinal);

    public static string Snake(string name)
    {
        if (Cache.TryGetValue(name, out var known))
        {
            return known;
        }

        var snake = JsonNamingPolicy.SnakeCaseLower.ConvertName(name);
        if (Cache.Count < MaxCached)
        {
            Cache.TryAdd(name, snake);
        }

        return snake;
    }
}
