using System.Text.Json;
using System.Text.Json.Serialization;
using ApeTest.Runs.Recording;

namespace ApeTest.Runs.Json;

/// <summary>Session ids as <c>{slot}-{n}</c>.</summary>
internal sealed class SessionKeyConverter : JsonConverter<SessionKey>
{
    public override SessionKey Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        SessionKey.TryParse(reader.GetString(), out var key) ? key : throw new JsonException("A session id is {slot}-{n}.");

    public override void Write(Utf8JsonWriter writer, SessionKey value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
