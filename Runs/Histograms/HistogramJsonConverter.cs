using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApeTest.Runs.Histograms;

/// <summary>A histogram in JSON: the base64 text of <see cref="HistogramFormat"/>.</summary>
internal sealed class HistogramJsonConverter : JsonConverter<Histogram>
{
    public override Histogram Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return HistogramFormat.Read(reader.GetBytesFromBase64());
        }
        catch (Exception e) when (e is InvalidDataException or FormatException)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, Histogram value, JsonSerializerOptions options) =>
        writer.WriteBase64StringValue(HistogramFormat.ToBytes(value));
}
