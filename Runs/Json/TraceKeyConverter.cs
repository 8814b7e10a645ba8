using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Json;

/// <summary>Trace ids as 32 hex digits.</summary>
internal sealed class TraceKeyConverter : JsonConverter<TraceKey>
{
    public override TraceKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        TraceKey.TryParse(reader.GetString(), out var key) ? key : throw new JsonException("A trace id has 32 hex digits.");

    public override void Write(Utf8JsonWriter writer, TraceKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
