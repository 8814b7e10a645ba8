using System.Text.Json;
using System.Text.Json.Serialization;

namespace ApeTest.LlmProxy.Options;

/// <summary>Aliases: <c>{"fast": "ollama/llama3.2", "best": ["cerebras/gpt-oss-120b", "openai/gpt-5"]}</c>.</summary>
internal sealed class AliasConverter : JsonConverter<IDictionary<string, IReadOnlyList<string>>>
{
    public override IDictionary<string, IReadOnlyList<string>> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var aliases = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("aliases is an object of names, each with one model or a list of models");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            aliases[name] = reader.TokenType == JsonTokenType.String
                ? [reader.GetString()!]
                : JsonSerializer.Deserialize<string[]>(ref reader, options) ?? [];
        }

        return aliases;
    }

    public override void Write(Utf8JsonWriter writer, IDictionary<string, IReadOnlyList<string>> value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value, options);
}
