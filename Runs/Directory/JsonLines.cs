using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace ApeTest.Runs.Directory;

/// <summary>Records of a file of JSON lines, while it is written too, at constant memory. Lines that are none, as a last one cut off by a kill, and lines above 16 MB are left out.</summary>
internal static class JsonLines
{
    /// <summary>Most bytes of a record: far above 200 actions with their arguments.</summary>
    public const int MostBytes = 16 << 20;

    /// <summary>The records in the order in which they were written; none where there is no file.</summary>
    public static async IAsyncEnumerable<T> ReadAsync<T>(string path, JsonTypeInfo<T> type, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        using var lines = LineReader.Open(path, MostBytes);
        if (lines is null)
        {
            yield break;
        }
        do
        {
            while (lines.TryRead(out var line))
            {
                if (Parse(line, type) is { } record)
                {
                    yield return record;
                }
            }
        }
        while (await lines.FillAsync(cancellationToken));
        if (lines.TryReadRest(out var last) && Parse(last, type) is { } whole)
        {
            yield return whole;
        }
    }

    private static T? Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(line, type);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
