using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApeTest.LlmProxy.Options;

/// <summary>Durations as <c>250ms</c>, <c>30s</c>, <c>5m</c> or <c>1h</c>.</summary>
internal sealed class DurationConverter : JsonConverter<TimeSpan>
{
    public override TimeSpan Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString()!.Trim() : "";
        var unit = text.TrimStart("0123456789.".ToCharArray());
        if (!double.TryParse(text.AsSpan(0, text.Length - unit.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
        {
            throw new JsonException("a duration is a text such as \"250ms\", \"30s\", \"5m\" or \"1h\"");
        }

        return unit switch
        {
            "ms" => TimeSpan.FromMilliseconds(value),
            "s" => TimeSpan.FromSeconds(value),
            "m" => TimeSpan.FromMinutes(value),
            "h" => TimeSpan.FromHours(value),
            _ => throw new JsonException($"unknown unit \"{unit}\" in the duration \"{text}\"; use ms, s, m or h"),
        };
    }

    public override void Write(Utf8JsonWriter writer, TimeSpan value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.TotalMilliseconds.ToString(CultureInfo.InvariantCulture) + "ms");
}
