using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json.Serialization;
using ApeTest.Runs.Json;

namespace ApeTest.Runs.Recording;

/// <summary>A session's id as a value: recording an action makes no text of it. Text: <c>{slot}-{n}</c> (DESIGN 2).</summary>
/// <param name="Slot">Slot, from 0.</param>
/// <param name="Number">Number of the session in its slot.</param>
[JsonConverter(typeof(SessionKeyConverter))]
public readonly record struct SessionKey(int Slot, int Number)
{
    /// <summary>Reads <c>{slot}-{n}</c>. False for anything else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out SessionKey key)
    {
        key = default;
        if (text?.IndexOf('-', StringComparison.Ordinal) is not ({ } dash and > 0)
            || !int.TryParse(text.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out var slot)
            || !int.TryParse(text.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }
        key = new SessionKey(slot, number);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Slot}-{Number}");
}
