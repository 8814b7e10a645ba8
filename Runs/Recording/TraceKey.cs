using System.Buffers.Binary;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using ApeTest.Runs.Json;

namespace ApeTest.Runs.Recording;

/// <summary>
/// A trace id as a value: recording an action makes no text of it, which only the few that are kept need. Text: 32 lower-case hex
/// digits; <c>default</c> is all zeros, which W3C Trace Context knows as no trace.
/// </summary>
/// <param name="High">The first eight bytes, big-endian.</param>
/// <param name="Low">The last eight.</param>
[JsonConverter(typeof(TraceKeyConverter))]
public readonly record struct TraceKey(ulong High, ulong Low)
{
    /// <summary>Length of the text.</summary>
    public const int Length = 32;

    private const int Half = Length / 2;

    /// <summary>Whether there is no trace.</summary>
    public bool IsEmpty => (High | Low) == 0;

    /// <summary>The key of <paramref name="id"/>.</summary>
    public static TraceKey Of(ActivityTraceId id)
    {
        Span<byte> bytes = stackalloc byte[sizeof(ulong) * 2];
        id.CopyTo(bytes);
        return new TraceKey(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[sizeof(ulong)..]));
    }

    /// <summary>Reads 32 hex digits. False for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out TraceKey key)
    {
        key = default;
        if (text is not { Length: Length }
            || !ulong.TryParse(text.AsSpan(0, Half), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var high)
            || !ulong.TryParse(text.AsSpan(Half), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var low))
        {
            return false;
        }
        key = new TraceKey(high, low);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{High:x16}{Low:x16}");
}
