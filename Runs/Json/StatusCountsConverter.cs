using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Json;

/// <summary>Counts by status as <c>{"201":403,"503":2}</c>.</summary>
internal sealed class StatusCountsConverter : JsonConverter<StatusCounts>
{
    public override StatusCounts Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var counts = new StatusCounts();
        if (reader.TokenType is not JsonTokenType.StartObject)
        {
            throw new JsonException("Counts by status are an object.");
        }
        while (reader.Read() && reader.TokenType is JsonTokenType.PropertyName)
        {
            var known = int.TryParse(reader.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var status);
            reader.Read();
            if (!known || !reader.TryGetInt64(out var count))
            {
                throw new JsonException("A count by status is a number under a status.");
            }
            counts.Add(status, count);
        }
        return counts;
    }

    public override void Write(Utf8JsonWriter writer, StatusCounts value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var (status, count) in value)
        {
            writer.WriteNumber(status.ToString(CultureInfo.InvariantCulture), count);
        }
        writer.WriteEndObject();
    }
}
