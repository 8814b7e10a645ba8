using System.Text.Json;

namespace ApeTest.Targets.Journeys.Reading;

/// <summary>A value that <see cref="JsonReads"/> found: its place in the body.</summary>
/// <param name="Type">What it is; <see cref="JsonTokenType.None"/> where it was not found.</param>
/// <param name="Start">First byte; of a text the one behind its quote.</param>
/// <param name="Length">Bytes; of a text without quotes.</param>
/// <param name="IsEscaped">Whether a text holds escapes.</param>
internal readonly record struct JsonFound(JsonTokenType Type, int Start, int Length, bool IsEscaped)
{
    /// <summary>Whether it is a value that can be kept: neither missing, null nor an empty text.</summary>
    public bool IsUsable => Type is not (JsonTokenType.None or JsonTokenType.Null) && Length > 0;
}
